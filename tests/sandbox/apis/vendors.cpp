#include "tests/sandbox/apis/vendors.hpp"

#include <stdexcept>

namespace sandbox {

// One file for each.
std::unique_ptr<vendor> make_generic(const vendor_options&);
std::unique_ptr<vendor> make_github(const vendor_options&);
std::unique_ptr<vendor> make_hubspot(const vendor_options&);
std::unique_ptr<vendor> make_intercom(const vendor_options&);
std::unique_ptr<vendor> make_jira(const vendor_options&);
std::unique_ptr<vendor> make_redmine(const vendor_options&);
std::unique_ptr<vendor> make_rt(const vendor_options&);
std::unique_ptr<vendor> make_zendesk(const vendor_options&);

namespace {

struct maker {
  std::string_view name;
  std::unique_ptr<vendor> (*make)(const vendor_options&);
};
constexpr maker makers[] = {
    {"generic", make_generic}, {"github", make_github},
    {"hubspot", make_hubspot}, {"intercom", make_intercom},
    {"jira", make_jira},       {"redmine", make_redmine},
    {"rt", make_rt},           {"zendesk", make_zendesk},
};

}  // namespace

std::vector<std::string> vendor_names() {
  std::vector<std::string> names{"productlane"};
  for (const maker& m : makers) names.emplace_back(m.name);
  return names;
}

std::unique_ptr<vendor> make_vendor(std::string_view name, const vendor_options& options) {
  for (const maker& m : makers) {
    if (m.name == name) return m.make(options);
  }
  throw std::runtime_error("there is no API `" + std::string{name} + "`");
}

}  // namespace sandbox
