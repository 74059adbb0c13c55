// Whether a write goes out under the idempotency key of the one before it. An API that honours such keys
// answers a repeated one as it answered the first, and refuses it with other content
// (draft-ietf-httpapi-idempotency-key-header, sections 2.6 and 2.7). Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace pawl::policy {

class intent_key {
 public:
  // `used`: the profile's writes carry a key. Of all others nothing is kept.
  explicit intent_key(bool used) noexcept : used_(used) {}

  bool is_used() const noexcept { return used_; }

  // A new job, which has no key yet.
  void begin() noexcept { has_one_ = is_spent_ = has_failed_ = false; }
  // An earlier run left an intent with a key, under which these values were sent.
  void left_with(std::string_view old_values, std::string_view new_values) {
    content_ = content(old_values, new_values, {});
    has_one_ = true;
  }
  // The API has answered, and the next write shall have another answer. Some APIs keep each answer under its
  // key, a 500 too (docs.stripe.com/api/idempotent_requests).
  void answered() noexcept { is_spent_ = true; }
  // The API itself has failed (5xx), perhaps after the work was done. A repetition under the same key then
  // does no harm; where that fails too, the failure is taken for the answer that is kept.
  void failed() noexcept {
    is_spent_ = has_failed_;
    has_failed_ = true;
  }

  // Whether the next write needs a new key, though its content is the same.
  bool is_spent() const noexcept { return used_ && is_spent_; }
  // An intent is about to be committed. True: the write goes under a new key; false: under the one there is.
  bool renews(std::string_view old_values, std::string_view new_values, std::span<const std::string> guards) {
    if (!used_) return false;
    auto next = content(old_values, new_values, guards);
    const bool serves = has_one_ && !is_spent_ && next == content_;
    content_ = std::move(next);
    has_one_ = true;
    is_spent_ = false;
    if (!serves) has_failed_ = false;
    return !serves;
  }

 private:
  static std::string content(std::string_view old_values, std::string_view new_values,
                             std::span<const std::string> guards) {
    std::string all{old_values};
    const auto add = [&all](std::string_view part) { (all += '\0') += part; };  // no JSON text holds a NUL
    add(new_values);
    for (const auto& guard : guards) add(guard);
    return all;
  }

  bool used_;
  bool has_one_ = false;
  bool is_spent_ = false;
  bool has_failed_ = false;
  std::string content_;  // what was sent under the key
};

}  // namespace pawl::policy
