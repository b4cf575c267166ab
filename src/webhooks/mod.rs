//! Signed deliveries of the changes of jobs.
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Result;
pub struct Webhooks;
impl Webhooks {
    pub fn target(&self, url: &str) -> Result<String> {
        Ok(url.to_owned())
    }
    pub fn signing_secret(&self, _job_id: &str) -> String {
        String::new()
    }
}
pub fn queue(_c: &mut Conn, _w: &str, _j: &str, _s: i64, _n: Time) -> Result<()> {
    Ok(())
}
