#include "tests/simulation/world/api_host.hpp"

#include "engine/text/letter_case.hpp"

#include <fmt/format.h>

#include <cassert>
#include <chrono>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl::simulation {
namespace {

api_host* current_host = nullptr;

// A request as it arrived, which the sandbox's one has views into.
struct message {
  std::string text;
  sandbox::request request;
  std::vector<std::pair<std::string_view, std::string_view>> headers;

  explicit message(std::string all) : text(std::move(all)) {
    std::string_view rest = text;
    const auto head_end = rest.find("\r\n\r\n");
    request.body = rest.substr(head_end + 4);
    auto head = rest.substr(0, head_end + 2);
    const auto line = head.substr(0, head.find("\r\n"));
    request.method = line.substr(0, line.find(' '));
    request.target = line.substr(request.method.size() + 1);
    request.target = request.target.substr(0, request.target.find(' '));
    for (head.remove_prefix(line.size() + 2); !head.empty();) {
      const auto one = head.substr(0, head.find("\r\n"));
      const auto colon = one.find(": ");
      headers.emplace_back(one.substr(0, colon), one.substr(colon + 2));
      head.remove_prefix(one.size() + 2);
    }
    request.other_header = [this](std::string_view name) { return header(name); };
    request.authorization = header("Authorization");
    request.api_key = header("X-Api-Key");
    request.content_type = header("Content-Type");
  }
  message(const message&) = delete;
  message& operator=(const message&) = delete;

  std::string_view header(std::string_view name) const {
    for (const auto& [key, value] : headers)
      if (equal_without_case(key, name)) return value;
    return {};
  }
};

}  // namespace

api_host::api_host(std::unique_ptr<sandbox::vendor> vendor, const sandbox::limit_list& limits,
                   sandbox::behaviour how, const std::string& journal_file, std::uint64_t seed)
    : vendor_(std::move(vendor)),
      journal_(journal_file, 0),
      service_(*vendor_, keys, journal_, std::move(how), seed) {
  assert(current_host == nullptr);
  current_host = this;
  keys.set_limits(limits);
}

api_host::~api_host() {
  current_host = nullptr;
}

api_host& api_host::here() {
  assert(current_host != nullptr);
  return *current_host;
}

sandbox::time_us api_host::now() const {
  return world::here().true_time().time_since_epoch().count();
}

void api_host::receive(std::string request, std::uint64_t connection, std::function<void(answer)> tell) {
  const auto came = std::make_shared<message>(std::move(request));
  auto& r = came->request;
  r.connection = connection;
  r.arrived = now();
  if (r.method == "GET") last_read_ = came->text;
  const auto way = std::make_shared<const sandbox::course>(service_.plan(r));
  world::here().after(way->before, [this, came, way, tell = std::move(tell)]() mutable {
    sandbox::outgoing out;
    service_.answer(came->request, *way, now(), out);
    service_.finished();
    if (const auto& trace = world::here().trace)
      trace(fmt::format("{} us: {} {} -> {} {} {}", now(), came->request.method, came->request.target,
                        out.status, way->fault.name(), came->request.body));
    if (out.how == sandbox::delivery::hold) return;
    world::here().after(way->after, [tell = std::move(tell), out = std::move(out)] {
      tell({out.how == sandbox::delivery::drop ? std::string{} : out.wire, out.how});
    });
  });
}

void api_host::let_others_read(std::uint64_t times) {
  constexpr std::uint64_t connection_of_others = 1'000'000'000;
  for (; times > 0 && !last_read_.empty(); --times) receive(last_read_, connection_of_others, [](answer) {});
}

}  // namespace pawl::simulation
