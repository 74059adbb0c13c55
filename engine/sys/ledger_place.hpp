// What messages say where a ledger, or the lock file beside it, cannot be used at its place.
#pragma once

#include "engine/model/error.hpp"

#include <string>

namespace pawl {

// The remedy: "name another place with --ledger".
std::string another_place();

// Whether this error of open(2) says that the place does not exist. That is a typing error; a place that may
// not be written to needs a person.
bool is_no_place(int error) noexcept;

// The failure "`what`: <the error in words>": usage if the user has mistyped the place, else mend, with
// `mending` before the remedy ("make the directory writable or ").
failure unusable_place(const std::string& path, const std::string& what, int error, bool mistyped,
                       const char* mending);

}  // namespace pawl
