// isboot.secrets=ask: what /etc/isboot/credentials does not say, somebody types in while the
// machine boots.
#pragma once

#include <functional>
#include <string>

#include "core/iscsi/chap.h"
#include "core/ports/log.h"
#include "platform/linux/system/question.h"

namespace isboot::app {

// As linux_platform::ask().
using Ask = std::function<Result<std::size_t>(const std::string& question,
                                              linux_platform::Echo echo, MutableBytes answer)>;

// Asks for our name and our secret where `credentials` have none, and for the target's secret where
// they have its name alone. An empty name: the target is to want no CHAP, nothing else is asked
// for.
Result<Done> ask_for_secrets(const Ask& ask, iscsi::Credentials& credentials, Log& log);

}  // namespace isboot::app
