// The Productlane API v2: threads and tags. Two small APIs beside it, of which only tests know, have their
// key in X-Api-Key: items (any object, answers 204) and documents (PUT replaces and erases what is not sent).
#pragma once

#include "tests/sandbox/apis/vendor.hpp"
#include "tests/sandbox/state.hpp"

#include <boost/json/fwd.hpp>

namespace sandbox {

struct violation;

class productlane final : public vendor {
 public:
  // An unknown tag, user, contact or company is a 400, or comes into being.
  enum class unknown_ids : std::uint8_t { come_into_being, refused };
  productlane(store&, std::string workspace, unknown_ids = unknown_ids::come_into_being);

  std::string root() const override { return "/api/v2"; }
  limit_list default_limits(time_us day) const override;
  std::vector<std::string> default_scopes() const override;
  bool add(std::string_view id) override { return store_.add(id); }
  std::string made_up_id(std::uint64_t number) const override;
  void tag_named(std::string_view) override;
  void seeded() override { store_.sort(); }
  route find(const request&) const override;
  traffic* traffic_of(const route&) override;
  std::string secret_of(const request&, const route&) const override;
  void serve(const call&, reply&) override;
  bool present(const call&, std::string_view id, reply&) override;
  std::optional<std::string> neighbour(std::string_view id) const override;
  void error(reply&, int status, std::string_view code, std::string_view message) const override;
  void unauthenticated(reply&, key_check) const override;
  void throttle(reply&, const route&, const budgets::refusal&, time_us now) const override;
  void append_headers(std::string& out, const reply&, const route&, budgets& used, bool rates, time_us now,
                      time_us told) const override;
  std::uint64_t notices() const override { return store_.notices(); }
  void append_truth(std::string& out, bool only_changed) const override;
  bool control(std::string_view method, std::string_view path, std::string_view body, time_us now,
               control_reply&) override;
  std::string_view control_paths() const override { return "threads/ID, documents/ID"; }

 private:
  void serve_thread(const call&, reply&);
  void serve_item(const call&, reply&);
  void serve_document(const call&, reply&);
  void refuse(reply&, const std::vector<violation>&) const;
  bool scope_missing(const api_key&, std::string_view scope, reply&) const;
  std::vector<violation> without_entity(const boost::json::object& patch) const;
  std::string edit_thread(std::string_view id, std::string_view body, time_us now, int& status);

  store& store_;
  std::string workspace_;
  unknown_ids unknown_ids_;
};

}  // namespace sandbox
