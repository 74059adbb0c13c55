// Tells by its form alone whose reply this is: the API's own, or that of something before it (a load
// balancer, a firewall, a maintenance page, another site). Pure.
#pragma once

#include "engine/model/attempt.hpp"

#include <string>
#include <string_view>

namespace pawl::api {

// Whether the body is a page for people, HTML or other markup: it begins with '<', or is no JSON and has an
// HTML media type. An empty body is no page, whatever its media type (frameworks send `text/html` with
// nothing behind it).
bool is_page(const attempt_fact&) noexcept;

// Whether the body is text that is no JSON and more than a word ("OK", "Updated"), whatever its media type.
// An API whose writes show nothing does not answer so; a maintenance page does.
bool is_prose(const attempt_fact&) noexcept;

// Whether a code that a 2xx carries in the place of error codes means success: 0, false, an empty text, "ok",
// "success", a status of 200 to 299.
bool says_ok(std::string_view code) noexcept;

// Why a body cannot be used. `what` is for people and has no full stop; it is empty where nothing more is
// known than that the body is no JSON (cut, garbled).
struct misreading {
  std::string what;
  std::string_view remedy;  // static text
  // Whether another request would get the same answer, so that none should be sent.
  bool certain() const noexcept { return !what.empty(); }
};
misreading why_unreadable(const attempt_fact&);
// For a reply that can be read, but does not show the id that was asked for (`shown` is empty where it shows
// none), or does not show the field as the profile describes it.
misreading of_another_id(std::string_view asked, std::string_view shown);
misreading of_another_shape(std::string_view field);
// Joins both texts: "what; remedy".
std::string in_words(const misreading&);

}  // namespace pawl::api
