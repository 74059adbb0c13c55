// Lets the program of auth.token_command make a key. Neither its arguments nor what it prints to its standard
// output stand in any message; each key is concealed in all other text from then on.
#pragma once

#include "config/settings.hpp"
#include "engine/app/token_source.hpp"
#include "engine/model/error.hpp"
#include "engine/sys/program.hpp"

#include <atomic>
#include <chrono>

namespace pawl::config {

inline constexpr program_limits token_program_limits{std::chrono::seconds{30}, 64 * 1024};  // documented

// Runs it to its end. Failures: mend, with its exit and the end of its words on standard error, or with what
// is wrong with the key that it printed; later, once `given_up` is true.
expected<app::token_reading> make_token(const settings&, const program_limits&,
                                        const std::atomic<bool>& given_up);

// Text that all keys of this program have in common: the program with its arguments.
secret common_of_tokens(const settings&);

}  // namespace pawl::config
