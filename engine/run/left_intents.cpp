#include "engine/run/left_intents.hpp"

#include <utility>

namespace pawl::run {

left_intents by_row(std::vector<ledger::intent_row>&& intents) {
  left_intents found;
  for (auto& intent : intents) found.insert_or_assign(intent.row, std::move(intent));
  return found;
}

policy::left_intent left_by(const ledger::intent_row& intent, time_point began,
                            const boot_moment& began_in_boot) {
  return {intent.was_read,
          intent.old_values,
          intent.new_values,
          intent.updated_at,
          began - proven_age(intent.sent, began_in_boot),
          intent.key};
}

}  // namespace pawl::run
