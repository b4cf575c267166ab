//! The two migration trees make the same schema, and each migration goes up, down and up again.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_migrations::MigrationHarness;

use crate::harness::OwnDatabase;

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    required: i64,
}

type Schema = BTreeMap<(String, String), (String, bool)>;

fn collect(columns: Vec<Column>) -> Schema {
    columns
        .into_iter()
        .filter(|column| !column.table_name.starts_with("__diesel"))
        .map(|column| {
            (
                (column.table_name, column.column_name),
                (column.kind.to_uppercase(), column.required == 1),
            )
        })
        .collect()
}

fn of_sqlite(connection: &mut SqliteConnection) -> Schema {
    let columns = diesel::sql_query(
        "SELECT m.name AS table_name, p.name AS column_name, p.type AS kind, \
         CAST(p.\"notnull\" AS BIGINT) AS required \
         FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table'",
    );
    collect(columns.load(connection).unwrap())
}

fn of_postgres(connection: &mut PgConnection) -> Schema {
    let columns = diesel::sql_query(
        "SELECT table_name::text, column_name::text, data_type::text AS kind, \
         (CASE is_nullable WHEN 'NO' THEN 1 ELSE 0 END)::bigint AS required \
         FROM information_schema.columns WHERE table_schema = 'public'",
    );
    collect(columns.load(connection).unwrap())
}

#[test]
fn sqlite_goes_up_down_and_up_again() {
    let mut connection = SqliteConnection::establish(":memory:").unwrap();
    connection
        .run_pending_migrations(plangrep::db::SQLITE)
        .unwrap();
    let schema = of_sqlite(&mut connection);
    assert!(schema.len() > 100);
    connection
        .revert_all_migrations(plangrep::db::SQLITE)
        .unwrap();
    assert!(of_sqlite(&mut connection).is_empty());
    connection
        .run_pending_migrations(plangrep::db::SQLITE)
        .unwrap();
    assert_eq!(of_sqlite(&mut connection), schema);
}

#[test]
fn postgres_goes_up_down_and_up_again_and_makes_what_sqlite_has() {
    let Some((_database, url)) = OwnDatabase::create() else {
        return;
    };
    let mut postgres = PgConnection::establish(&url).unwrap();
    postgres
        .run_pending_migrations(plangrep::db::POSTGRES)
        .unwrap();
    let schema = of_postgres(&mut postgres);
    postgres
        .revert_all_migrations(plangrep::db::POSTGRES)
        .unwrap();
    assert!(of_postgres(&mut postgres).is_empty());
    postgres
        .run_pending_migrations(plangrep::db::POSTGRES)
        .unwrap();
    assert_eq!(of_postgres(&mut postgres), schema);

    let mut sqlite = SqliteConnection::establish(":memory:").unwrap();
    sqlite.run_pending_migrations(plangrep::db::SQLITE).unwrap();
    assert_eq!(of_sqlite(&mut sqlite), schema);
}
