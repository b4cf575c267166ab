//! Plangrep reads construction documents for other software, and hands out the keys to do so.
//!
//! The way of the data: `cli` starts `app`; `routes` leads to the doors (`pages` for people, `api`
//! for software), which call the rooms; `worker` runs what happens beside the requests.

pub mod accounts;
mod api;
pub mod app;
pub mod audit;
mod blobs;
pub mod cli;
pub mod clock;
pub mod config;
mod credits;
pub mod db;
pub mod documents;
pub mod error;
mod gauges;
mod http;
mod id;
mod jobs;
mod keys;
pub mod mail;
mod one_time;
mod openapi;
mod pages;
mod projects;
pub mod routes;
mod scratch;
mod secret;
mod text;
mod tls;
pub mod webhooks;
pub mod worker;
