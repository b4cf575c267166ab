//! How closed sets of words are kept in TEXT columns.

/// Stores an enum by its name. The enum derives `strum::IntoStaticStr` and `strum::EnumString`,
/// and diesel's `AsExpression` and `FromSqlRow`; a word that the table holds and the enum lacks
/// is an error of the query.
macro_rules! stored_by_name {
    ($($name:ty),+) => {$(
        impl<DB> diesel::deserialize::FromSql<diesel::sql_types::Text, DB> for $name
        where
            DB: diesel::backend::Backend,
            String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                let word = String::from_sql(bytes)?;
                Ok(word.parse::<Self>()?)
            }
        }

        impl<DB> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for $name
        where
            DB: diesel::backend::Backend,
            str: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
        {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, DB>,
            ) -> diesel::serialize::Result {
                let word: &'static str = self.into();
                <str as diesel::serialize::ToSql<diesel::sql_types::Text, DB>>::to_sql(word, out)
            }
        }
    )+};
}
pub(crate) use stored_by_name;
