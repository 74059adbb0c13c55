// What a guarded write shows the API of the read before it.
#include "engine/api/resource_reader_impl.hpp"
#include "engine/text/json_normal_form.hpp"
#include "engine/text/json_path.hpp"
#include "engine/text/json_unescape.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace pawl::api {

void resource_reader::impl::take_guards(write_plan& plan) {
  for (std::size_t i = 0; i < guarded.size(); ++i) {
    auto& value = plan.guards.emplace_back();
    if (guarded[i].path.empty()) continue;
    const auto& here = found[path_of_guard(i)];
    if (here.is != located::kind::value || here.text == "null") continue;
    std::string checked;
    if (append_normal_form(checked, here.text)) value = here.text;
  }
}

readability resource_reader::impl::guard(std::span<const header_field> headers, write_plan& plan) {
  const auto is_plain = [](std::string_view text) {
    return std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  };
  for (std::size_t i = 0; i < plan.guards.size(); ++i) {
    auto& value = plan.guards[i];
    if (guarded[i].path.empty()) value = find_header(headers, guarded[i].header);
    const bool is_text = !guarded[i].path.empty() && is_string_token(value);
    const auto plain = is_text ? text_of_token(value) : std::optional{value};
    const bool fits = plain && (!guarded[i].in_header || (is_plain(value) && is_plain(*plain)));
    if (!value.empty() && fits) continue;
    trouble = guarded[i].path.empty() ? "header " + guarded[i].header : to_string(guarded[i].path);
    return readability::misshapen;
  }
  return readability::readable;
}

readability resource_reader::guard(std::span<const header_field> headers, write_plan& into) {
  return impl_->guard(headers, into);
}

}  // namespace pawl::api
