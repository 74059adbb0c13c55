// Whose words a reply is, told by its form alone: the API's own, or those of something that stands before it
// (a load balancer, a firewall, a maintenance page, another site). Pure.
#pragma once

#include "engine/model/attempt.hpp"

#include <string>
#include <string_view>

namespace pawl::api {

// A page for people, HTML or another markup: text that begins with '<', or says that it is HTML and is no
// JSON. An empty body is no page, whatever its type says (frameworks send `text/html` with nothing behind
// it).
bool is_page(const attempt_fact&) noexcept;

// Text that is no JSON and more than a word ("OK", "Updated"): nothing that an API says whose writes show
// nothing. A maintenance page is, whatever its type says.
bool is_prose(const attempt_fact&) noexcept;

// The code that a 2xx may carry where errors have theirs, and means that all is well: 0, false, an empty
// text, "ok", "success", a status of 200 to 299.
bool says_ok(std::string_view code) noexcept;

// Why a body cannot be read at all. Text for people without a full stop; empty where nothing is known but
// that it is no JSON (cut, garbled).
struct misreading {
  std::string what;
  std::string_view remedy;  // static text
  // The same request will be answered in the same way: not worth another.
  bool certain() const noexcept { return !what.empty(); }
};
misreading why_unreadable(const attempt_fact&);
// A reply that can be read, and does not show the id that was asked for (`shown` is empty where it shows
// none), or not the field as the profile describes it.
misreading of_another_id(std::string_view asked, std::string_view shown);
misreading of_another_shape(std::string_view field);
// "what; remedy"
std::string in_words(const misreading&);

}  // namespace pawl::api
