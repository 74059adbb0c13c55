#include "engine/client/name_fetch.hpp"

#include "engine/client/lister.hpp"
#include "engine/text/json_locator.hpp"
#include "engine/text/json_unescape.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace pawl::client {
namespace asio = boost::asio;

namespace {

bool as_text(const located& at, std::string& to) {
  to.clear();
  if (at.is != located::kind::value || at.text.empty() || at.text == "null" || at.text[0] == '{' ||
      at.text[0] == '[')
    return false;
  if (is_string_token(at.text)) return append_unescaped(to, at.text);
  to = at.text;
  return true;
}

}  // namespace

asio::awaitable<expected<api::name_directory>> fetch_names(read_client& client, const api::list_spec& list) {
  api::name_directory names;
  json_parser parser;
  const std::array paths{list.id, list.name};
  const std::array<std::uint32_t, 2> wanted{0, 1};
  json_locator at(paths);
  std::string id, name;
  lister pages(client, list, {});
  for (;;) {
    auto page = co_await pages.next();
    if (!page) co_return std::move(page.error());
    if (*page == nullptr) break;
    for (const auto item : (*page)->items) {
      if (!at.locate(parser, item, wanted) || !as_text(at[0], id) || !as_text(at[1], name))
        co_return failure{failure_kind::mend, list.path, "an item of the list shows no id or no name",
                          "check the profile's [names]"};
      names.add(name, id);
    }
  }
  co_return names;
}

}  // namespace pawl::client
