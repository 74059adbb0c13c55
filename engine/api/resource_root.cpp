#include "engine/api/resource_root.hpp"

#include <array>

namespace pawl::api {

resource_root::found resource_root::take_inner(std::string_view& reply) {
  constexpr std::array<std::uint32_t, 1> wanted{0};
  if (!at_.locate(parser_, reply, wanted)) return found::unreadable;
  if (at_[0].is != located::kind::value || !at_[0].text.starts_with('{')) return found::missing;
  reply = at_[0].text;
  return found::there;
}

}  // namespace pawl::api
