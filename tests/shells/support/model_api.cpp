#include "tests/shells/support/model_api.hpp"

#include "engine/text/json_path.hpp"

namespace pawl::testing {
namespace {

constexpr std::string_view not_found = R"({"error":{"code":"not_found","message":"There is no such item"}})";

answer error(int status, std::string_view code) {
  return reply(status, R"({"error":{"code":")" + std::string{code} + R"(","message":"no"}})");
}

}  // namespace

api::profile items_profile() {
  api::profile p;
  p.name = "items";
  p.resource_path = "/items/{id}";
  p.reply.id = *parse_json_path("id");
  p.error = {{*parse_json_path("error.code")}, {*parse_json_path("error.message")}, {}, {}};
  p.whoami.path = "/me";
  p.whoami.account = {*parse_json_path("account")};
  api::field_spec status, title, notify;
  status.name = "status";
  status.echo = {*parse_json_path("status")};
  title.name = "title";
  title.echo = {*parse_json_path("title")};
  notify.name = "notify";
  notify.compare = api::comparison::none;
  notify.replay_safe = false;
  p.fields = {status, title, notify};
  return p;
}

const std::vector<model_api::mishap>& model_api::mishaps() {
  static const std::vector<mishap> all{
      {"reset before a byte left", false, broken(transport_fault::reset, phase::not_sent)},
      {"reset, not applied", false, broken(transport_fault::reset, phase::maybe_applied)},
      {"reset, applied", true, broken(transport_fault::reset, phase::maybe_applied)},
      {"no reply in time, not applied", false, broken(transport_fault::timeout, phase::maybe_applied)},
      {"no reply in time, applied", true, broken(transport_fault::timeout, phase::maybe_applied)},
      {"no HTTP", true, broken(transport_fault::malformed, phase::maybe_applied)},
      {"500, not applied", false, error(500, "oops")},
      {"500, applied", true, error(500, "oops")},
      {"503 with Retry-After", false, with_header(error(503, "down"), "Retry-After", "2")},
      {"429", false, with_header(error(429, "slow_down"), "Retry-After", "3")},
      {"401", false, error(401, "bad_key")},
      {"403", false, error(403, "forbidden")},
      {"404", false, error(404, "not_found")},
      {"409", false, error(409, "conflict")},
      {"a page of somebody before the API", false, reply(403, "<html>no</html>")},
      {"200 that shows nothing, applied", true, reply(200, "")},
      {"200 that is no JSON, applied", true, reply(200, "<html>fine</html>")},
  };
  return all;
}

model_api::model_api(std::size_t count) {
  for (std::size_t n = 1; n <= count; ++n) items.emplace("t" + std::to_string(n), item{});
}

answer model_api::serve(const fake_network::request& r) {
  const auto number = served++;
  if (number == edit_at)
    for (auto& [id, it] : items) {
      it.title = "edited";
      ++it.version;
    }
  if (what == nullptr || number != mishap_at) return well(r, true);
  if (what->is_applied) well(r, true);
  return what->instead;
}

answer model_api::well(const fake_network::request& r, bool applies) {
  const auto path = r.line.substr(r.line.find(' ') + 1);
  if (path.ends_with("/me")) return reply(200, R"({"account":"acc_1"})");
  const auto found = items.find(path.substr(path.rfind('/') + 1));
  if (found == items.end()) return reply(404, std::string{not_found});
  auto& [id, it] = *found;
  const bool is_write = r.line.starts_with("PATCH");
  if (is_write && is_guarded && it.version != it.shown) return error(409, "moved");
  if (is_write && applies && !is_closed) {
    ++it.writes;
    ++it.version;
    if (r.body.find(R"("status":"done")") != std::string::npos) it.status = "done";
  }
  if (is_write && is_mute) return reply(204, "");
  if (!is_write || !is_guarded) it.shown = it.version;
  return reply(200,
               R"({"id":")" + id + R"(","status":")" + it.status + R"(","title":")" + it.title + R"("})");
}

}  // namespace pawl::testing
