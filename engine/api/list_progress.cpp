#include "engine/api/list_progress.hpp"

#include <bit>
#include <functional>
#include <utility>

namespace pawl::api {

void list_progress::see(std::string_view id) {
  const auto hash = static_cast<std::uint64_t>(std::hash<std::string_view>{}(id));
  const bool in_milestone = milestone_.contains(hash);
  if (!in_milestone && !before_.contains(hash) && !recent_.contains(hash)) brought_ = true;
  if (recent_.size() == most_recent) {
    before_ = std::exchange(recent_, {});
  }
  recent_.insert(hash);
  const bool is_milestone = pages_ - milestone_at_ < most_barren;
  if (is_milestone && milestone_.size() < most_milestone) milestone_.insert(hash);
}

bool list_progress::end_page() {
  barren_ = std::exchange(brought_, false) ? 0 : barren_ + 1;
  ++pages_;
  if (std::has_single_bit(pages_) && pages_ > 4) {  // the first few are still in recent_
    milestone_.clear();
    milestone_at_ = pages_;
  }
  return barren_ < most_;
}

}  // namespace pawl::api
