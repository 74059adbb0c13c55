// Shows URLs in messages without the passwords and tokens that people put into them. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pawl {

// Stands in messages, and in commands that are printed, for what is not shown. Given as a value it is
// refused.
inline constexpr std::string_view unshown = "***";

// The URL (or HOST:PORT) with *** in place of user name and password, of the query and of the fragment:
// "https://***@example.com/v2?***". A text that is not a URL is taken too. A password may hold any character,
// so everything before the last @ is taken for the user.
std::string shown_url(std::string_view);

// Whether the part before the @ holds a password or may be a token. A mere name is not kept as a secret,
// because it also occurs as a word in unrelated texts.
bool is_secret_user(std::string_view) noexcept;

// The secret parts that shown_url() leaves out, as they were written; the caller gives them to keep_secret().
std::vector<std::string> secrets_of_url(std::string_view);

}  // namespace pawl
