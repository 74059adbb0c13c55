// Pages of threads and tags with cursors: filters, order, and cursors that carry the filters of their first
// page.
#pragma once

#include "tests/sandbox/state.hpp"
#include "tests/sandbox/text.hpp"

#include <string>

namespace sandbox {

enum class page_result { written, broken_cursor };

// Appends `{"data":[...],"page":{...}}` for a valid query (see validation.hpp). A cursor that cannot be read,
// or that comes with other filters than its own, is broken. A cursor without filters uses its own.
page_result append_thread_page(std::string& out, const store&, const query&);
page_result append_tag_page(std::string& out, const store&, const query&);

}  // namespace sandbox
