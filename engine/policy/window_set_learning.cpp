// What windows learn from replies: foreign use of its windows, and windows that are tighter than the
// configured ones. Headers only tighten: nothing here makes room.
#include "engine/policy/window_set.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace pawl::policy {

// The window that the headers speak of: by its length where they name one, else by its limit, else the only
// one there is.
quota_window* window_set::match(const rate_facts& f, time_point now) noexcept {
  quota_window* best = nullptr;
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    auto& w = windows_[i];
    if (!active(i, now)) continue;
    if (f.window) {
      if (w.length() != *f.window) continue;
      // The same window with a smaller limit is another, tighter one; with a larger one it is this one, of
      // which the config uses a part.
      if (f.limit && *f.limit < w.window().limit) continue;
      if (!best || w.window().limit > best->window().limit) best = &w;
    } else if (f.limit) {
      // Of several with this limit the longest binds.
      if (w.window().limit == *f.limit && (!best || w.length() > best->length())) best = &w;
    } else if (configured_ == 1 && i == 0) {
      best = &w;
    }
  }
  return best;
}

// A window of the reply's limit that no configured one stands for. Without a named length it lasts as long as
// the longest reset seen with it ("until reset"); without that, as long as the longest configured window that
// it undercuts.
quota_window* window_set::adopt(const rate_facts& f, time_point now) {
  if (!f.limit || *f.limit == 0 || *f.limit > std::numeric_limits<std::uint32_t>::max()) return nullptr;
  const auto limit = static_cast<std::uint32_t>(*f.limit);
  duration length{};
  const quota_window* longest = nullptr;
  bool undercuts = configured_ == 0;
  for (std::size_t i = 0; i < configured_; ++i) {
    const auto& w = windows_[i];
    if (!longest || w.length() > longest->length()) longest = &w;
    if (limit >= w.window().limit) continue;
    undercuts = true;
    if (!f.window && !f.reset_in) length = std::max(length, w.length());
  }
  if (f.window)
    length = *f.window;
  else if (!undercuts)
    return nullptr;
  else if (f.reset_in)
    length = *f.reset_in;
  if (length <= duration::zero()) return nullptr;

  // It starts with what is held now, as far as that is known, at the cost of the window that knows it.
  const std::array<std::uint32_t, 2> costs = longest
                                                 ? costs_[static_cast<std::size_t>(longest - windows_.data())]
                                                 : std::array<std::uint32_t, 2>{1, 1};
  quota_window fresh({limit, length}, usable({{limit, length}, costs[0], costs[1]}, reserve_));
  if (longest) {
    const auto& known = longest->closings();
    for (std::size_t i = 0; i < known.size(); ++i) fresh.close(known[i].at, known[i].count);
  } else {
    fresh.close(now);
  }
  fresh.take(in_flight_.reads * costs[0] + in_flight_.writes * costs[1]);
  std::size_t place = learned_.size();
  if (place < max_learned) {
    windows_.push_back(std::move(fresh));
    costs_.push_back(costs);
    learned_.emplace_back();
  } else {
    // The one that would expire next makes room.
    const auto next = std::ranges::min_element(learned_, {}, &learned::expires);
    place = static_cast<std::size_t>(next - learned_.begin());
    windows_[configured_ + place] = std::move(fresh);
    costs_[configured_ + place] = costs;
  }
  auto& w = windows_[configured_ + place];
  w.expire(now, discount(w));
  // Requests from before it saw: what is held now is all that it can know of theirs (see learn()).
  learned_[place] = {now + length, f.window.has_value(), ++age_, w.held() - w.taken()};
  return &w;
}

void window_set::learn(const rate_facts& f, std::span<const std::uint64_t> of, std::uint64_t born,
                       time_point now) {
  if (!f.limit && !f.remaining) return;
  hold_against_config(f, now);
  expire(now);
  quota_window* w = match(f, now);
  if (!w) w = adopt(f, now);
  // Nothing is left until a reset that is further away than our own slots are held: the API counts over a
  // longer time than we do. The second is for resets that are rounded up.
  duration held = w ? w->length() : duration::zero();
  for (std::size_t k = 0; !w && k < configured_; ++k) held = std::max(held, windows_[k].length());
  const bool used_up = f.remaining == 0u && f.limit.value_or(1) > 0 && f.reset_in;
  if (used_up && *f.reset_in > held + std::chrono::seconds{1} && now + *f.reset_in > used_up_.until)
    used_up_ = {now + *f.reset_in, f.reset_header()};
  if (!w) return;
  taught_by_ = f.reset_header();

  const auto place = static_cast<std::size_t>(w - windows_.data());
  if (place >= configured_) {
    auto& about = learned_[place - configured_];
    if (!about.exact && f.reset_in) w->lengthen(*f.reset_in);
    about.expires = std::max(about.expires, now + w->length());
  }
  if (!f.remaining) return;
  const std::uint64_t limit = f.limit.value_or(w->window().limit);
  if (limit <= *f.remaining) return;
  const std::uint64_t counted = limit - *f.remaining;

  // All of ours that the server can have counted when it wrote this reply: what was held when its request was
  // granted, and everything granted since. (What is held now is too few: slots may have come free while the
  // reply was under way. Replies that overtake one another make no difference.) A slot that comes free only
  // later than it might errs on the side of fewer phantoms, and so does a request that the server has not
  // counted yet. The mark is the first of these less everything granted before; the sum, in arithmetic modulo
  // 2^64, is both.
  std::uint64_t mark = of[place];
  if (place >= configured_ && learned_[place - configured_].age > born)
    mark = learned_[place - configured_].mark;
  const std::uint64_t ours = mark + w->taken();
  const time_point until = now + f.reset_in.value_or(w->length());
  if (counted > ours && until > now) w->hold_foreign(counted - ours, until, limit);
}

// A header without a window: its length shows in the resets. Where none was longer than a configured window
// for all the length of that, the window of the API is not longer, because a new one would have begun in the
// meantime; and where one was longer than half of it, it is not shorter by much.
void window_set::hold_against_config(const rate_facts& f, time_point now) {
  if (contradiction_ || !f.limit || *f.limit == 0 || *f.limit > std::numeric_limits<std::uint32_t>::max())
    return;
  constexpr duration rounding = std::chrono::seconds{1};  // of resets in whole seconds
  if (!f.window) {
    if (!f.reset_in) return;
    if (unnamed_.limit != *f.limit) unnamed_ = {*f.limit, now, duration::zero()};
    unnamed_.longest_reset = std::max(unnamed_.longest_reset, *f.reset_in);
  }
  const quota_window* same = nullptr;
  for (std::size_t i = 0; i < configured_; ++i) {
    const auto& w = windows_[i];
    if (w.window().limit == *f.limit && (!f.window || w.length() == *f.window)) return;
    const bool as_long = f.window ? w.length() == *f.window
                                  : unnamed_.longest_reset <= w.length() + rounding &&
                                        unnamed_.longest_reset > w.length() / 2 &&
                                        now - unnamed_.since >= w.length() + rounding;
    if (as_long && (!same || w.window().limit < same->window().limit)) same = &w;
  }
  if (same) contradiction_ = {same->window(), {static_cast<std::uint32_t>(*f.limit), same->length()}};
}

std::optional<contradiction> window_set::take_contradiction() noexcept {
  if (!contradiction_ || contradiction_told_) return std::nullopt;
  contradiction_told_ = true;
  return contradiction_;
}

std::uint32_t window_set::phantoms() const noexcept {
  std::uint64_t most = 0;
  for (std::size_t i = 0; i < configured_; ++i) most = std::max(most, windows_[i].foreign());
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(most, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace pawl::policy
