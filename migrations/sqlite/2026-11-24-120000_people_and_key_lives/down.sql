DROP TABLE audit_events;
DROP TABLE key_networks;
DROP TABLE key_uses;
DROP TABLE password_resets;
DROP TABLE invitations;
DROP INDEX mail_outbox_of_workspace;
ALTER TABLE mail_outbox DROP COLUMN link;
DROP INDEX api_keys_by_expiry;
ALTER TABLE api_keys DROP COLUMN expiry_told;
ALTER TABLE api_keys DROP COLUMN networks;
ALTER TABLE api_keys DROP COLUMN label_folded;
ALTER TABLE workspaces DROP COLUMN mail_on_key_creation;
ALTER TABLE workspaces DROP COLUMN longest_key_life_days;
ALTER TABLE users DROP COLUMN removed_at;
ALTER TABLE mail_outbox DROP COLUMN workspace_id;
ALTER TABLE api_keys DROP COLUMN replaces_key_id;
ALTER TABLE api_keys DROP COLUMN ends_key_id;
ALTER TABLE api_keys DROP COLUMN replaced_by_key_id;
DROP TABLE sessions;
CREATE TABLE sessions (
    digest TEXT NOT NULL PRIMARY KEY,
    user_id TEXT REFERENCES users (id),
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
