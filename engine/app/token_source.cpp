#include "engine/app/token_source.hpp"

#include <cstdlib>
#include <utility>

namespace pawl::app {
namespace {

bool may_change(const token_source& source) {
  return source.read && source.may_change && source.may_change();
}

}  // namespace

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

expected<secret> first_token(const token_source& source,
                             const std::function<void(const std::string&)>& warn) {
  if (!source.read) return secret{};
  auto token = source.read();
  if (!token) return std::move(token.error());
  if (!token->warning.empty()) warn(token->warning);
  return std::move(token->value);
}

client::token_source going_on_with(secret first, const token_source& source) {
  client::token_source out;
  out.read = [&source, first = std::move(first), is_first = true]() mutable -> expected<secret> {
    if (std::exchange(is_first, false) || !may_change(source)) return first;
    auto read = source.read();
    if (!read) return std::move(read.error());
    return std::move(read->value);
  };
  out.may_change = [&source] { return may_change(source); };
  return out;
}

}  // namespace pawl::app
