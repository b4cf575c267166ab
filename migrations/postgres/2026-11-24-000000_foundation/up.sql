-- Times are milliseconds since 1970 in BIGINT columns; ids are prefixed texts made by the server.

CREATE TABLE installation (
    id TEXT NOT NULL PRIMARY KEY,
    secret_fingerprint TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    set_up_at BIGINT
);

CREATE TABLE workspaces (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    api_enabled BOOLEAN NOT NULL,
    drawing_credits_per_page BIGINT NOT NULL,
    document_credits_per_page BIGINT NOT NULL,
    job_page_limit BIGINT NOT NULL,
    retention_days BIGINT NOT NULL,
    credits_available BIGINT NOT NULL CHECK (credits_available >= 0),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX users_of_workspace ON users (workspace_id);

CREATE TABLE sessions (
    digest TEXT NOT NULL PRIMARY KEY,
    user_id TEXT REFERENCES users (id),
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE sign_in_failures (
    id TEXT NOT NULL PRIMARY KEY,
    subject TEXT NOT NULL,
    failed_at BIGINT NOT NULL
);
CREATE INDEX sign_in_failures_of_subject ON sign_in_failures (subject, failed_at);
CREATE INDEX sign_in_failures_by_time ON sign_in_failures (failed_at);

CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    created_by_user_id TEXT NOT NULL REFERENCES users (id),
    label TEXT NOT NULL,
    key_prefix TEXT NOT NULL,
    digest TEXT NOT NULL UNIQUE,
    hash_version TEXT NOT NULL,
    secret_fingerprint TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT,
    last_used_ip TEXT,
    revoked_at BIGINT,
    revoked_by_user_id TEXT REFERENCES users (id),
    revoked_from_ip TEXT
);
CREATE INDEX api_keys_of_workspace ON api_keys (workspace_id, created_at);

CREATE TABLE mail_outbox (
    id TEXT NOT NULL PRIMARY KEY,
    event TEXT NOT NULL UNIQUE,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    text_body TEXT NOT NULL,
    html_body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    sent_at BIGINT,
    last_error TEXT
);
CREATE INDEX mail_outbox_waiting ON mail_outbox (sent_at, next_attempt_at);

CREATE TABLE projects (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (workspace_id, name)
);
CREATE INDEX projects_by_status ON projects (status);

CREATE TABLE jobs (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    project_id TEXT NOT NULL REFERENCES projects (id),
    created_by_key_id TEXT NOT NULL REFERENCES api_keys (id),
    external_id TEXT,
    status TEXT NOT NULL,
    page_count BIGINT NOT NULL,
    successful_page_count BIGINT NOT NULL,
    drawing_credits_per_page BIGINT NOT NULL,
    document_credits_per_page BIGINT NOT NULL,
    credits_reserved BIGINT NOT NULL,
    credits_debited BIGINT NOT NULL,
    error_code TEXT,
    error_message TEXT,
    result_blob TEXT,
    result_size BIGINT,
    result_sha256 TEXT,
    lease_owner TEXT,
    lease_until BIGINT NOT NULL,
    interruptions BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    completed_at BIGINT,
    expires_at BIGINT NOT NULL
);
CREATE INDEX jobs_of_project ON jobs (project_id, created_at);
CREATE INDEX jobs_to_run ON jobs (status, lease_until);

CREATE TABLE job_transitions (
    id TEXT NOT NULL PRIMARY KEY,
    job_id TEXT NOT NULL REFERENCES jobs (id),
    sequence BIGINT NOT NULL,
    from_status TEXT,
    to_status TEXT NOT NULL,
    happened_at BIGINT NOT NULL,
    UNIQUE (job_id, sequence)
);

CREATE TABLE credit_ledger (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    project_id TEXT REFERENCES projects (id),
    job_id TEXT REFERENCES jobs (id),
    page_id TEXT UNIQUE,
    entry TEXT NOT NULL,
    available_change BIGINT NOT NULL,
    reserved_change BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX credit_ledger_of_workspace ON credit_ledger (workspace_id, created_at);
CREATE INDEX credit_ledger_of_job ON credit_ledger (job_id);

CREATE TABLE files (
    id TEXT NOT NULL PRIMARY KEY,
    job_id TEXT NOT NULL REFERENCES jobs (id),
    file_name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    classification TEXT,
    file_size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    blob TEXT NOT NULL,
    status TEXT NOT NULL,
    page_count BIGINT,
    error_code TEXT,
    error_message TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (job_id, file_name, sha256)
);

CREATE TABLE pages (
    id TEXT NOT NULL PRIMARY KEY,
    job_id TEXT NOT NULL REFERENCES jobs (id),
    file_id TEXT NOT NULL REFERENCES files (id),
    page_number BIGINT NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    credits BIGINT NOT NULL,
    reading TEXT,
    error_code TEXT,
    error_message TEXT,
    updated_at BIGINT NOT NULL,
    UNIQUE (file_id, page_number)
);
CREATE INDEX pages_of_job ON pages (job_id, status);

CREATE TABLE artifacts (
    id TEXT NOT NULL PRIMARY KEY,
    job_id TEXT NOT NULL REFERENCES jobs (id),
    file_id TEXT NOT NULL REFERENCES files (id),
    page_id TEXT REFERENCES pages (id),
    artifact_type TEXT NOT NULL,
    path TEXT NOT NULL,
    content_type TEXT NOT NULL,
    file_size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    blob TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (job_id, path)
);
