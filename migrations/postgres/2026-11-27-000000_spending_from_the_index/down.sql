DROP INDEX credit_ledger_of_workspace;
CREATE INDEX credit_ledger_of_workspace ON credit_ledger (workspace_id, created_at);
