// Threads as JSON: as the API shows them (about 2.5 KB, every field), and as the truth shows them (what is
// stored, and the counts that prove or disprove a client's records).
#pragma once

#include "tests/sandbox/state.hpp"

#include <string>

namespace sandbox {

struct expansion {
  bool messages = false, comments = false;
};
void append_thread(std::string& out, const store&, const thread&, expansion = {});

// Appends one member `"id":{...}` of the truth's object of threads. The text is included only if it was ever
// written.
void append_truth(std::string& out, const store&, const thread&);

// Appends such a member for an item.
void append_truth(std::string& out, std::string_view id, const item&);

}  // namespace sandbox
