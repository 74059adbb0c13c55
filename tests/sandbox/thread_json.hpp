// Threads as JSON: as the API shows them (about 2.5 KB, every field), and as the truth tells them (what is
// stored, with the counts that prove or disprove a client's book-keeping).
#pragma once

#include "tests/sandbox/state.hpp"

#include <string>

namespace sandbox {

struct expansion {
  bool messages = false, comments = false;
};
void append_thread(std::string& out, const store&, const thread&, expansion = {});

// One member `"id":{...}` of the truth's object of threads. The text is told only if it was ever written.
void append_truth(std::string& out, const store&, const thread&);

// The same of an item.
void append_truth(std::string& out, std::string_view id, const item&);

}  // namespace sandbox
