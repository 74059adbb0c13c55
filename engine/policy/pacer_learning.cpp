// What the pacer learns from replies: foreign use of its windows, and windows that are tighter than the
// configured ones. Headers only tighten: nothing here makes room.
#include "engine/policy/pacer.hpp"

#include <algorithm>
#include <limits>

namespace pawl::policy {

// The window that the headers speak of: by its length where they name one, else by its limit, else the only
// one there is.
quota_window* pacer::match(const rate_facts& f, time_point now) noexcept {
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
quota_window* pacer::adopt(const rate_facts& f, time_point now) {
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

  // It starts with what is held now, as far as that is known.
  quota_window fresh({limit, length}, usable(limit));
  if (longest)
    fresh.take_closings(*longest);
  else
    fresh.close(now);
  const learned about{now + length, f.window.has_value()};
  std::size_t place = learned_.size();
  if (place < max_learned) {
    windows_.push_back(std::move(fresh));
    learned_.push_back(about);
  } else {
    // The one that would expire next makes room.
    const auto next = std::ranges::min_element(learned_, {}, &learned::expires);
    place = static_cast<std::size_t>(next - learned_.begin());
    windows_[configured_ + place] = std::move(fresh);
    *next = about;
  }
  auto& w = windows_[configured_ + place];
  w.expire(now, discount(w));
  // Grants from before it saw: what is held now is all that it can know of theirs (see learn(); the sum there
  // is then this, in arithmetic modulo 2^64).
  for (std::uint32_t i = 0; i < grants_.size(); ++i)
    held_at_grant(i, configured_ + place) = in_flight_ + w.closed() - (granted_ - grants_[i].number);
  return &w;
}

void pacer::learn(const rate_facts& f, std::uint32_t grant_index, time_point now) {
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
  // counted yet.
  const std::uint64_t ours = held_at_grant(grant_index, place) + (granted_ - grants_[grant_index].number);
  const time_point until = now + f.reset_in.value_or(w->length());
  if (counted > ours && until > now) w->hold_foreign(counted - ours, until, limit);
}

// A header without a window: its length shows in the resets. Where none was longer than a configured window
// for all the length of that, the window of the API is not longer, because a new one would have begun in the
// meantime; and where one was longer than half of it, it is not shorter by much.
void pacer::hold_against_config(const rate_facts& f, time_point now) {
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

std::optional<contradiction> pacer::take_contradiction() noexcept {
  if (!contradiction_ || contradiction_told_) return std::nullopt;
  contradiction_told_ = true;
  return contradiction_;
}

std::uint32_t pacer::phantoms() const noexcept {
  std::uint64_t most = 0;
  for (std::size_t i = 0; i < configured_; ++i) most = std::max(most, windows_[i].foreign());
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(most, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace pawl::policy
