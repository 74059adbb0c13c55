// Texts of items and list pages as reader_profile() and reader_list() have them.
#pragma once

#include <initializer_list>
#include <string>

namespace pawl::testing {

inline std::string item_text(const std::string& id, const std::string& status = "open") {
  return R"({"id":")" + id + R"(","name":"n-)" + id + R"(","status":")" + status + R"(","title":"a"})";
}
// `next` is JSON: the cursor's text in quotes, null, or empty for none.
inline std::string page_text(std::initializer_list<std::string> items, const std::string& next = "null") {
  std::string text;
  for (const auto& i : items) text += (text.empty() ? "" : ",") + i;
  return R"({"data":[)" + text + "]" + (next.empty() ? "" : R"(,"next":)" + next) + "}";
}

}  // namespace pawl::testing
