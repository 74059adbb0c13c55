// HubSpot contacts and tickets (CRM objects). Facts: developers.hubspot.com (crm/objects, error-handling,
// usage-details) and the vendor's own description, unless a comment says that something is assumed.
#pragma once

#include "tests/sandbox/apis/resource_vendor.hpp"

#include <utility>

namespace sandbox {

class hubspot final : public resource_vendor {
  enum endpoint : std::uint8_t { nothing, details, list, object, batch_read, batch_update };

 public:
  explicit hubspot(const vendor_options& options) : resource_vendor(options) {}

  std::string root() const override { return ""; }
  // The Free and Starter plans: 100 in any ten seconds and 250,000 a day, which turns at midnight (here of
  // UTC); reads and writes alike, and a batch counts as one.
  limit_list default_limits(time_us day) const override;
  bool takes_several() const override { return true; }
  std::vector<std::string> default_scopes() const override { return {"read", "write"}; }

  route find(const request&) const override;
  std::string secret_of(const request& r, const route&) const override {
    return behind_scheme(r.authorization, "Bearer");
  }
  void serve(const call&, reply&) override;
  bool present(const call&, std::string_view id, reply&) override;
  void error(reply&, int status, std::string_view code, std::string_view message) const override;
  void unauthenticated(reply&, key_check) const override;
  void throttle(reply&, const route&, const budgets::refusal&, time_us now) const override;
  void append_headers(std::string& out, const reply&, const route&, budgets& used, bool rates, time_us now,
                      time_us told) const override;

 private:
  using problems = std::vector<boost::json::object>;  // as they stand in `errors`
  using names = std::vector<std::string>;
  void make_up(resource&, std::uint64_t dice) override;
  // Follows merges: a merged id answers as the survivor.
  resource* reachable(std::string_view id);
  resource* asked_for(const call&, reply&);
  boost::json::object shown_as(const resource&, const call&, const names& asked) const;
  // Puts valid properties into `next`; what is wrong is returned.
  problems set_properties(const boost::json::object& given, const resource&, boost::json::object& next) const;
  void refuse(reply&, const problems&) const;
  void patch(const call&, reply&);
  void list_objects(const call&, reply&);
  void read_batch(const call&, reply&);
  bool present_batch(const call&, reply&);
  void update_batch(const call&, reply&);
  // The inputs of a batch, or absent, and the reply says why.
  std::optional<boost::json::array> inputs_of(const boost::json::object& body, reply&) const;
  void set_batch(reply&, boost::json::array results, const names& missing, const call&) const;
};

}  // namespace sandbox
