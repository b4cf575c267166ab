-- People: who has left keeps a row, since keys and the audit log name them.
ALTER TABLE users ADD COLUMN removed_at BIGINT;

-- Sessions know where they come from; those of before have to sign in again.
DROP TABLE sessions;
CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    user_id TEXT REFERENCES users (id),
    state TEXT NOT NULL,
    ip TEXT,
    user_agent TEXT,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE invitations (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    invited_by_user_id TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    accepted_at BIGINT,
    cancelled_at BIGINT
);
CREATE INDEX invitations_of_workspace ON invitations (workspace_id, created_at);

-- A row is made for every address that is asked about; the worker finds out whether anyone has it.
CREATE TABLE password_resets (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    user_id TEXT REFERENCES users (id),
    ip TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    handled_at BIGINT,
    used_at BIGINT
);
CREATE INDEX password_resets_to_handle ON password_resets (handled_at);
CREATE INDEX password_resets_of_user ON password_resets (user_id);

-- The workspace's policy for keys.
ALTER TABLE workspaces ADD COLUMN longest_key_life_days BIGINT;
ALTER TABLE workspaces ADD COLUMN mail_on_key_creation BOOLEAN NOT NULL DEFAULT FALSE;

-- The life of a key.
ALTER TABLE api_keys ADD COLUMN label_folded TEXT NOT NULL DEFAULT '';
UPDATE api_keys SET label_folded = lower(label);
ALTER TABLE api_keys ADD COLUMN networks TEXT NOT NULL DEFAULT '';
-- The key that this one replaces, and, until this one is first used, the key that it ends then.
ALTER TABLE api_keys ADD COLUMN replaces_key_id TEXT REFERENCES api_keys (id);
ALTER TABLE api_keys ADD COLUMN ends_key_id TEXT REFERENCES api_keys (id);
ALTER TABLE api_keys ADD COLUMN replaced_by_key_id TEXT REFERENCES api_keys (id);
-- How far its expiry has been told: 0 not yet, 1 seven days before, 2 one day before, 3 it has expired.
ALTER TABLE api_keys ADD COLUMN expiry_told INTEGER NOT NULL DEFAULT 0;
CREATE INDEX api_keys_by_expiry ON api_keys (expiry_told, expires_at);

-- What each key was used for, by day (UTC; days since 1970) and route.
CREATE TABLE key_uses (
    key_id TEXT NOT NULL REFERENCES api_keys (id),
    day BIGINT NOT NULL,
    route TEXT NOT NULL,
    answered BIGINT NOT NULL,
    scope_refused BIGINT NOT NULL,
    rate_limited BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    PRIMARY KEY (key_id, day, route)
);

-- Where each key was seen: /24 in IPv4, /48 in IPv6.
CREATE TABLE key_networks (
    key_id TEXT NOT NULL REFERENCES api_keys (id),
    network TEXT NOT NULL,
    first_seen_at BIGINT NOT NULL,
    PRIMARY KEY (key_id, network)
);

ALTER TABLE mail_outbox ADD COLUMN workspace_id TEXT REFERENCES workspaces (id);
-- What the message's link leads to; the link itself is made when it is sent, so that no table holds it.
ALTER TABLE mail_outbox ADD COLUMN link TEXT;
CREATE INDEX mail_outbox_of_workspace ON mail_outbox (workspace_id, created_at);

-- Who did what, when and from where. Rows are only ever added.
CREATE TABLE audit_events (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    happened_at BIGINT NOT NULL,
    action TEXT NOT NULL,
    actor_user_id TEXT,
    actor_name TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    subject_name TEXT NOT NULL,
    ip TEXT,
    request_id TEXT,
    detail TEXT NOT NULL
);
CREATE INDEX audit_events_of_workspace ON audit_events (workspace_id, id);
CREATE INDEX audit_events_of_subject ON audit_events (subject_id, id);
CREATE TRIGGER audit_events_stay BEFORE UPDATE ON audit_events
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_events_are_kept BEFORE DELETE ON audit_events
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
