// What the keeper says of its sessions, as a page for people and as metrics.
#pragma once

#include <ctime>
#include <string>

#include "app/json/json.h"
#include "app/keeper/keeper_client.h"
#include "core/ports/initiator.h"
#include "platform/linux/sysfs/sysfs.h"

namespace isboot::app {

// The keeper's answer to a Status request, checked as far as the functions below go by it:
// "sessions" is a list of objects.
Outcome<Json> read_status(const KeeperAnswer& answer);

// Adds "negotiated" and "io_waits" to each session: the keeper knows only of the logins that it
// made itself, the kernel knows of all.
void add_what_the_kernel_knows(Json& status, const linux_platform::Sysfs& sysfs);

// `now`: what "… ago" of the keeper is counted back from.
std::string status_page(const Json& status, std::time_t now);

// In the text form that Prometheus reads ("Exposition formats").
std::string status_metrics(const Json& status);

// The session of this number, disk or target. Fails where there is none, or there are several.
Outcome<SessionId> find_session(const Json& status, const std::string& what);

}  // namespace isboot::app
