-- What was spent by day and job is added up from the index alone.
DROP INDEX credit_ledger_of_workspace;
CREATE INDEX credit_ledger_of_workspace ON credit_ledger (workspace_id, created_at, entry, job_id, reserved_change);
