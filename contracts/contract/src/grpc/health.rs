use kernel::{Kind, Problem, Result};
use std::time::Duration;
use tonic::{Request, transport::Endpoint};
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

/// Asks the process that serves contracts at `address` (`http://host:port`) whether it does, by `grpc.health.v1`. Fails
/// when it doesn't, or doesn't answer within `patience`.
pub async fn ask_health(address: String, patience: Duration) -> Result<()> {
    let fails = |why: String| Problem::new(Kind::Unavailable, "not_serving", why);
    let unanswered = format!("no Guildhall answers at {address}.");
    let endpoint = Endpoint::from_shared(address).map_err(|e| fails(unanswered.clone()).because(e))?;
    let channel = endpoint.connect_timeout(patience).connect_lazy();
    let mut request = Request::new(HealthCheckRequest::default());
    request.set_timeout(patience);
    let mut client = HealthClient::new(channel);
    let answer = tokio::time::timeout(patience, client.check(request)).await;
    let answer = answer.map_err(|e| fails(unanswered.clone()).because(e))?.map_err(|e| fails(unanswered).because(e))?;
    match answer.into_inner().status() {
        ServingStatus::Serving => Ok(()),
        other => Err(fails(format!("it isn't ready: it says {}.", other.as_str_name()))),
    }
}
