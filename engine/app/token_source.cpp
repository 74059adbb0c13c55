#include "engine/app/token_source.hpp"

#include "engine/sys/clock.hpp"

#include <cstdlib>
#include <utility>

namespace pawl::app {

const token_source& no_token() {
  static const token_source none;
  return none;
}

token_source environment_token(std::string variable) {
  token_source source;
  source.place = variable;
  source.read = [variable = std::move(variable)]() -> expected<token_reading> {
    const char* const value = std::getenv(variable.c_str());
    if (value == nullptr || *value == '\0')
      return failure{failure_kind::usage, variable, "is not set", "put the key into it"};
    return token_reading{secret{value}, {}};
  };
  return source;
}

bool key_in_hand::may_change() const {
  return source_.read && source_.may_change && source_.may_change();
}

bool key_in_hand::is_about_to_end() const {
  return clock::now() >= policy::next_renewal(key_.life, 0, {});
}

status key_in_hand::make(const std::atomic<bool>& given_up) {
  auto made = source_.make(given_up);
  if (!made) return std::move(made.error());
  key_ = {std::move(made->value), made->life};
  return {};
}

expected<secret> key_in_hand::get(const std::function<void(const std::string&)>& warn) {
  if (source_.make) {
    if (key_.value.empty() || is_about_to_end())
      if (auto made = make(given_up_); !made) return std::move(made.error());
    return key_.value;
  }
  if (!source_.read) return secret{};
  auto token = source_.read();
  if (!token) return std::move(token.error());
  if (!token->warning.empty()) warn(token->warning);
  key_ = {std::move(token->value), token->life};
  return key_.value;
}

client::token_source key_in_hand::going_on() {
  client::token_source out;
  if (source_.make) {
    // The input may have been read for long since then.
    out.read = [this]() -> expected<client::issued_key> {
      if (is_about_to_end())
        if (auto made = make(given_up_); !made) return std::move(made.error());
      return key_;
    };
    out.make = [this](const std::atomic<bool>& given_up) -> expected<client::issued_key> {
      if (auto made = make(given_up); !made) return std::move(made.error());
      return key_;
    };
    return out;
  }
  out.read = [this, is_first = true]() mutable -> expected<client::issued_key> {
    if (std::exchange(is_first, false) || !may_change()) return key_;
    auto read = source_.read();
    if (!read) return std::move(read.error());
    return client::issued_key{std::move(read->value), read->life};
  };
  out.may_change = [this] { return may_change(); };
  return out;
}

}  // namespace pawl::app
