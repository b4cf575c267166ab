//! The JSON door: the open API for integrators and the workspace API for signed-in people. A
//! handler takes apart what came, calls one room, and answers.

pub mod description;
pub mod events;
pub mod jobs;
pub mod keys;
pub mod leaks;
pub mod ops;
pub mod projects;
pub mod session;
pub mod uploads;
