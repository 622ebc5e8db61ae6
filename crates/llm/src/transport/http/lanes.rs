//! Which pool of connections a request goes by. A pool keeps one HTTP/2 connection to a server, and whatever the server does not take over
//! that one waits; so there are further pools when there are further calls. Not the connections themselves.

use std::sync::{Arc, Mutex, PoisonError};

use super::Route;
use crate::Error;

/// Calls over one connection. Servers are asked to take no fewer (RFC 9113, section 6.5.2), and common ones take just that; where one takes
/// fewer, the others wait.
const CALLS: usize = 100;

/// Pools, by one route.
pub(super) struct Lanes {
    route: Route,
    lanes: Mutex<Vec<Lane>>,
}

struct Lane {
    client: reqwest::Client,
    /// Held once here, and once by each call on its way.
    calls: Arc<()>,
}

/// A call is on its way as long as it holds this.
pub(super) struct OnItsWay {
    _one_of: Arc<()>,
}

impl Lane {
    fn open(route: &Route) -> Result<Self, Error> {
        Ok(Self { client: super::client(route)?, calls: Arc::new(()) })
    }

    fn enter(&self) -> (reqwest::Client, OnItsWay) {
        (self.client.clone(), OnItsWay { _one_of: Arc::clone(&self.calls) })
    }
}

impl Lanes {
    /// One for the beginning.
    pub(super) fn new(route: &Route) -> Result<Self, Error> {
        Ok(Self { lanes: Mutex::new(vec![Lane::open(route)?]), route: route.clone() })
    }

    /// The first with room, so that few calls share few connections; a new one where there is none.
    pub(super) fn enter(&self) -> Result<(reqwest::Client, OnItsWay), Error> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.iter().find(|lane| Arc::strong_count(&lane.calls) <= CALLS) {
            return Ok(lane.enter());
        }
        let lane = Lane::open(&self.route)?;
        let entered = lane.enter();
        lanes.push(lane);
        Ok(entered)
    }
}
