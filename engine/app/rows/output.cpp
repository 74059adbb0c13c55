#include "engine/app/rows/output.hpp"

namespace pawl::app {

void output::flush() {
  if (!failed_) failed_ = to_(text_);
  text_.clear();
}

status output::written(std::string remedy) const {
  if (!failed_ || reader_left()) return {};
  return failure{failure_kind::mend, "standard output", failed_.message(), std::move(remedy)};
}

}  // namespace pawl::app
