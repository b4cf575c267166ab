//! The tables as Diesel sees them; the migrations are their source.

diesel::table! {
    installation (id) {
        id -> Text,
        secret_fingerprint -> Text,
        created_at -> BigInt,
        set_up_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    workspaces (id) {
        id -> Text,
        name -> Text,
        api_enabled -> Bool,
        drawing_credits_per_page -> BigInt,
        document_credits_per_page -> BigInt,
        job_page_limit -> BigInt,
        retention_days -> BigInt,
        credits_available -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        longest_key_life_days -> Nullable<BigInt>,
        mail_on_key_creation -> Bool,
        served_at -> BigInt,
    }
}

diesel::table! {
    users (id) {
        id -> Text,
        workspace_id -> Text,
        email -> Text,
        name -> Text,
        password_hash -> Text,
        role -> Text,
        created_at -> BigInt,
        removed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        digest -> Text,
        user_id -> Nullable<Text>,
        state -> Text,
        ip -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        created_at -> BigInt,
        last_used_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    sign_in_failures (id) {
        id -> Text,
        subject -> Text,
        failed_at -> BigInt,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Text,
        workspace_id -> Text,
        created_by_user_id -> Text,
        label -> Text,
        key_prefix -> Text,
        digest -> Text,
        hash_version -> Text,
        secret_fingerprint -> Text,
        scopes -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
        last_used_ip -> Nullable<Text>,
        revoked_at -> Nullable<BigInt>,
        revoked_by_user_id -> Nullable<Text>,
        revoked_from_ip -> Nullable<Text>,
        label_folded -> Text,
        networks -> Text,
        replaces_key_id -> Nullable<Text>,
        ends_key_id -> Nullable<Text>,
        replaced_by_key_id -> Nullable<Text>,
        expiry_told -> Integer,
    }
}

diesel::table! {
    key_uses (key_id, day, route) {
        key_id -> Text,
        day -> BigInt,
        route -> Text,
        answered -> BigInt,
        scope_refused -> BigInt,
        rate_limited -> BigInt,
        refused -> BigInt,
    }
}

diesel::table! {
    key_networks (key_id, network) {
        key_id -> Text,
        network -> Text,
        first_seen_at -> BigInt,
    }
}

diesel::table! {
    audit_events (id) {
        id -> Text,
        workspace_id -> Text,
        happened_at -> BigInt,
        action -> Text,
        actor_user_id -> Nullable<Text>,
        actor_name -> Text,
        subject_id -> Text,
        subject_name -> Text,
        ip -> Nullable<Text>,
        request_id -> Nullable<Text>,
        detail -> Text,
    }
}

diesel::table! {
    invitations (id) {
        id -> Text,
        workspace_id -> Text,
        email -> Text,
        role -> Text,
        invited_by_user_id -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        accepted_at -> Nullable<BigInt>,
        cancelled_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    password_resets (id) {
        id -> Text,
        email -> Text,
        user_id -> Nullable<Text>,
        ip -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        handled_at -> Nullable<BigInt>,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    mail_outbox (id) {
        id -> Text,
        event -> Text,
        recipient -> Text,
        subject -> Text,
        text_body -> Text,
        html_body -> Text,
        created_at -> BigInt,
        attempts -> Integer,
        next_attempt_at -> BigInt,
        sent_at -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
        workspace_id -> Nullable<Text>,
        link -> Nullable<Text>,
    }
}

diesel::table! {
    projects (id) {
        id -> Text,
        workspace_id -> Text,
        name -> Text,
        status -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    jobs (id) {
        id -> Text,
        workspace_id -> Text,
        project_id -> Text,
        created_by_key_id -> Text,
        external_id -> Nullable<Text>,
        status -> Text,
        page_count -> BigInt,
        successful_page_count -> BigInt,
        drawing_credits_per_page -> BigInt,
        document_credits_per_page -> BigInt,
        credits_reserved -> BigInt,
        credits_debited -> BigInt,
        error_code -> Nullable<Text>,
        error_message -> Nullable<Text>,
        result_blob -> Nullable<Text>,
        result_size -> Nullable<BigInt>,
        result_sha256 -> Nullable<Text>,
        lease_owner -> Nullable<Text>,
        lease_until -> BigInt,
        interruptions -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        completed_at -> Nullable<BigInt>,
        expires_at -> BigInt,
        served_at -> BigInt,
        webhook_url -> Nullable<Text>,
        purged_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    job_transitions (id) {
        id -> Text,
        job_id -> Text,
        sequence -> BigInt,
        from_status -> Nullable<Text>,
        to_status -> Text,
        happened_at -> BigInt,
        event -> Text,
    }
}

diesel::table! {
    credit_ledger (id) {
        id -> Text,
        workspace_id -> Text,
        project_id -> Nullable<Text>,
        job_id -> Nullable<Text>,
        page_id -> Nullable<Text>,
        entry -> Text,
        available_change -> BigInt,
        reserved_change -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    files (id) {
        id -> Text,
        job_id -> Text,
        file_name -> Text,
        content_type -> Text,
        classification -> Nullable<Text>,
        file_size -> BigInt,
        sha256 -> Text,
        blob -> Text,
        status -> Text,
        page_count -> Nullable<BigInt>,
        error_code -> Nullable<Text>,
        error_message -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
        upload_mode -> Nullable<Text>,
        upload_id -> Nullable<Text>,
        registered_by_key_id -> Nullable<Text>,
    }
}

diesel::table! {
    pages (id) {
        id -> Text,
        job_id -> Text,
        file_id -> Text,
        page_number -> BigInt,
        kind -> Text,
        status -> Text,
        credits -> BigInt,
        reading -> Nullable<Text>,
        error_code -> Nullable<Text>,
        error_message -> Nullable<Text>,
        updated_at -> BigInt,
        lease_owner -> Nullable<Text>,
        lease_until -> BigInt,
        crashes -> BigInt,
        discipline -> Nullable<Text>,
    }
}

diesel::table! {
    artifacts (id) {
        id -> Text,
        job_id -> Text,
        file_id -> Text,
        page_id -> Nullable<Text>,
        artifact_type -> Text,
        path -> Text,
        content_type -> Text,
        file_size -> BigInt,
        sha256 -> Text,
        blob -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    upload_parts (file_id, part_number) {
        file_id -> Text,
        part_number -> BigInt,
        size -> BigInt,
        etag -> Text,
    }
}

diesel::table! {
    webhook_deliveries (id) {
        id -> Text,
        workspace_id -> Text,
        job_id -> Text,
        sequence -> BigInt,
        status -> Text,
        attempts -> Integer,
        next_attempt_at -> BigInt,
        created_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    webhook_attempts (id) {
        id -> Text,
        delivery_id -> Text,
        attempted_at -> BigInt,
        duration -> BigInt,
        status_code -> Nullable<Integer>,
        problem -> Nullable<Text>,
    }
}

diesel::table! {
    idempotency_keys (id) {
        id -> Text,
        request_digest -> Text,
        owner -> Text,
        lease_until -> BigInt,
        answer -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    download_tokens (id) {
        id -> Text,
        job_id -> Text,
        key_id -> Text,
        path -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        spent_at -> Nullable<BigInt>,
    }
}

diesel::joinable!(users -> workspaces (workspace_id));
diesel::joinable!(api_keys -> workspaces (workspace_id));
diesel::joinable!(files -> jobs (job_id));
diesel::joinable!(pages -> files (file_id));
diesel::joinable!(artifacts -> jobs (job_id));
diesel::joinable!(jobs -> projects (project_id));
diesel::joinable!(jobs -> workspaces (workspace_id));
diesel::joinable!(webhook_deliveries -> jobs (job_id));
diesel::joinable!(webhook_attempts -> webhook_deliveries (delivery_id));
diesel::joinable!(download_tokens -> jobs (job_id));

diesel::allow_tables_to_appear_in_same_query!(
    installation,
    workspaces,
    users,
    sessions,
    sign_in_failures,
    api_keys,
    mail_outbox,
    projects,
    jobs,
    job_transitions,
    credit_ledger,
    files,
    pages,
    artifacts,
    key_uses,
    key_networks,
    audit_events,
    invitations,
    password_resets,
    upload_parts,
    webhook_deliveries,
    webhook_attempts,
    idempotency_keys,
    download_tokens
);
