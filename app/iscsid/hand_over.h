// Sessions that change hands between isboot's keeper and open-iscsi's iscsid.
#pragma once

#include <string>

#include "app/failure.h"

namespace isboot::app {

// All sessions of the keeper become iscsid's: a node record for each, and the keeper lets go
// and ends. iscsid takes them when it is started (or started again), as the words say.
Outcome<std::string> hand_over_to_iscsid();

// A session that iscsid made, or one whose keeper's state is lost, is the keeper's from now
// on. `credentials`: a file as of `attach`; empty: none.
Outcome<> adopt(unsigned session, const std::string& credentials);

}  // namespace isboot::app
