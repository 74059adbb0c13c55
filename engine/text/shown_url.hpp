// URLs as messages may show them: people put passwords and tokens into them. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pawl {

// The URL (or HOST:PORT) with *** in the place of a user name and password, of a query and of a fragment:
// "https://***@example.com/v2?***". It may be no URL at all: all before the last @ is taken for a user, for a
// password may hold any character.
std::string shown_url(std::string_view);

// Whether what stands before the @ holds a password, or may be a token: a mere name is also a word of texts
// that have nothing to do with it.
bool is_secret_user(std::string_view) noexcept;

// What shown_url() leaves out and is secret, as it was written, for keep_secret().
std::vector<std::string> secrets_of_url(std::string_view);

}  // namespace pawl
