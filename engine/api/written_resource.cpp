#include "engine/api/written_resource.hpp"

#include "engine/api/shown.hpp"
#include "engine/text/json_padding.hpp"
#include "engine/text/trim.hpp"
#include "engine/text/utf8.hpp"

namespace pawl::api {

written_resource::written_resource(const profile& p)
    : api_(p), places_(field_places::shown(p, p.reply.read_root)) {}

std::size_t written_resource::show(std::string& into, std::string_view body,
                                   std::span<const field_value> values, std::string_view updated_at) {
  put_.clear();
  for (const auto& v : values)
    if (v.field != passed_field && is_echoed(api_[v.field])) put_.push_back(v);
  if (!updated_at.empty() && !api_.reply.updated_at.empty())
    put_.push_back({static_cast<field_index>(api_.fields.size()), {}, updated_at});
  into.clear();
  if (!places_.append_over(into, trim(without_mark(body)), put_)) {
    into.clear();
    return 0;
  }
  const auto size = into.size();
  into.append(json_padding, ' ');
  return size;
}

}  // namespace pawl::api
