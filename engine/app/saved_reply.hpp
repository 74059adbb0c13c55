// A reply in a file, as curl writes it. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl::app {

struct saved_reply {
  int status = 0;  // 0: not known
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};
// Reads a body alone, or what `curl -i` writes: status line, headers, an empty line, the body. Of several
// heads (100 Continue, a proxy's) the last one counts.
saved_reply read_saved_reply(std::string_view text);

}  // namespace pawl::app
