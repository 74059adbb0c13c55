// Jira Cloud issues (REST 3). Facts: developer.atlassian.com/cloud/jira/platform (rest/v3, rate-limiting) and
// the vendor's own description, unless a comment says that something is assumed. Transitions are not there: a
// status cannot be set by an edit.
#pragma once

#include "tests/sandbox/apis/resource_vendor.hpp"

namespace sandbox {

class jira final : public resource_vendor {
  enum endpoint : std::uint8_t { nothing, me, search, bulk, issue };

 public:
  explicit jira(const vendor_options& options) : resource_vendor(options) {}

  std::string root() const override { return "/rest/api/3"; }
  // The buckets of one tenant by method (GET and POST 100 a second, here one for all that reads; PUT 50), and
  // the writes to one issue: 20 in two seconds and 100 in thirty. The hourly points of apps do not count for
  // API tokens.
  limit_list default_limits(time_us day) const override {
    named_rule reads = rule_called("read"), writes = rule_called("write"), each = rule_called("each");
    read_rule("100/s", day, reads);
    read_rule("50/s", day, writes);
    read_rule("20/2s,100/30s", day, each);
    return {reads, writes, each};
  }
  // `admin` is needed for notifyUsers=false; without `write` an edit is 403.
  std::vector<std::string> default_scopes() const override { return {"write", "admin"}; }
  std::string made_up_id(std::uint64_t number) const override { return std::to_string(10'000 + number); }

  route find(const request&) const override;
  std::string secret_of(const request& r, const route&) const override {
    const std::string pair = basic_credentials(r.authorization);
    const std::size_t colon = pair.find(':');
    return colon == pair.npos ? behind_scheme(r.authorization, "Bearer") : pair.substr(colon + 1);
  }
  void serve(const call&, reply&) override;
  bool present(const call&, std::string_view id, reply&) override;
  void error(reply& rep, int status, std::string_view, std::string_view message) const override {
    set(rep, status, {{"errorMessages", boost::json::array{message}}, {"errors", boost::json::object{}}});
  }
  void unauthenticated(reply& rep, key_check) const override {
    error(rep, 401, "", "Client must be authenticated to access this resource.");
  }
  void throttle(reply&, const route&, const budgets::refusal&, time_us now) const override;
  void append_headers(std::string& out, const reply& rep, const route&, budgets&, bool, time_us,
                      time_us) const override {
    out += "\r\nAtl-Request-Id: " + rep.request_id;  // the rate is told on 429 only
  }

 private:
  void make_up(resource&, std::uint64_t dice) override;
  // By id, by its key, or by a key that it had before.
  const resource* called(std::string_view id_or_key) const;
  resource* here(std::string_view id) {
    resource* const r = resources_.find(id);
    return r != nullptr && r->gone == 0 ? r : nullptr;
  }
  static std::string key_of(const resource& r) {
    return r.moved_to.empty() ? "PROJ-" + std::to_string(r.number) : r.moved_to;
  }
  boost::json::object shown_as(const call&, const resource&, const std::vector<std::string>& asked) const;
  std::string set_field(std::string_view name, const boost::json::value&, boost::json::object& next) const;
  std::string edit_field(std::string_view name, const boost::json::value&, boost::json::object& next) const;
  void put(const call&, resource&, reply&);
  void fetch_many(const call&, reply&);
  void find_issues(const call&, reply&);
};

}  // namespace sandbox
