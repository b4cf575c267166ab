-- Whose turn it is: workspaces, and jobs in a workspace, are served in the order of their last turn.
ALTER TABLE workspaces ADD COLUMN served_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN served_at BIGINT NOT NULL DEFAULT 0;

-- Where changes of a job's status are told, when its bytes were deleted, and when it was forgotten.
ALTER TABLE jobs ADD COLUMN webhook_url TEXT;
ALTER TABLE jobs ADD COLUMN purged_at BIGINT;
ALTER TABLE jobs ADD COLUMN deleted_at BIGINT;
CREATE INDEX jobs_by_expiry ON jobs (purged_at, expires_at);

-- The event of a change as it is told to webhooks and event streams: JSON.
ALTER TABLE job_transitions ADD COLUMN event TEXT NOT NULL DEFAULT '';

-- A file that is announced before its bytes come.
ALTER TABLE files ADD COLUMN upload_mode TEXT;
ALTER TABLE files ADD COLUMN upload_id TEXT;
ALTER TABLE files ADD COLUMN registered_by_key_id TEXT REFERENCES api_keys (id);

-- A part of a multipart upload to the embedded store.
CREATE TABLE upload_parts (
    file_id TEXT NOT NULL REFERENCES files (id),
    part_number BIGINT NOT NULL,
    size BIGINT NOT NULL,
    etag TEXT NOT NULL,
    PRIMARY KEY (file_id, part_number)
);

-- Pages are claimed one by one.
ALTER TABLE pages ADD COLUMN lease_owner TEXT;
ALTER TABLE pages ADD COLUMN lease_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE pages ADD COLUMN crashes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE pages ADD COLUMN discipline TEXT;

CREATE TABLE webhook_deliveries (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    job_id TEXT NOT NULL REFERENCES jobs (id),
    sequence BIGINT NOT NULL,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    UNIQUE (job_id, sequence)
);
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (status, next_attempt_at);
CREATE INDEX webhook_deliveries_of_workspace ON webhook_deliveries (workspace_id, created_at);

-- One try; with the status of the answer, or what went wrong without one. Duration in milliseconds.
CREATE TABLE webhook_attempts (
    id TEXT NOT NULL PRIMARY KEY,
    delivery_id TEXT NOT NULL REFERENCES webhook_deliveries (id),
    attempted_at BIGINT NOT NULL,
    duration BIGINT NOT NULL,
    status_code INTEGER,
    problem TEXT
);
CREATE INDEX webhook_attempts_of_delivery ON webhook_attempts (delivery_id);

-- The id is a digest of workspace, route, resource and the key that was sent.
CREATE TABLE idempotency_keys (
    id TEXT NOT NULL PRIMARY KEY,
    request_digest TEXT NOT NULL,
    owner TEXT NOT NULL,
    lease_until BIGINT NOT NULL,
    answer TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at);

CREATE TABLE download_tokens (
    id TEXT NOT NULL PRIMARY KEY,
    job_id TEXT NOT NULL REFERENCES jobs (id),
    key_id TEXT NOT NULL REFERENCES api_keys (id),
    path TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    spent_at BIGINT
);
CREATE INDEX download_tokens_of_job ON download_tokens (job_id);
CREATE INDEX download_tokens_by_expiry ON download_tokens (expires_at);
