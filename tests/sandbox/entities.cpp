#include "tests/sandbox/entities.hpp"

#include "tests/sandbox/text.hpp"

#include <array>

namespace sandbox {
namespace {

// Makes a readable name that depends only on the id.
std::string made_up_name(std::string_view id) {
  static constexpr std::array<std::string_view, 16> given{"Ada",   "Björn", "Chloé", "Dmitri", "Elif", "Femi",
                                                          "Grace", "Hiro",  "Ines",  "Jan",    "Kofi", "Lena",
                                                          "Mira",  "Noor",  "Otto",  "Priya"};
  static constexpr std::array<std::string_view, 16> family{
      "Adeyemi", "Brandt", "Castro",   "Dubois", "Eriksen", "Fischer", "García", "Haas",
      "Ito",     "Jensen", "Kowalski", "Larsen", "Moreau",  "Novák",   "Okafor", "Petrov"};
  const std::uint64_t h = hash_text(id);
  return std::string{given[h & 15]} + ' ' + std::string{family[h >> 4 & 15]};
}

}  // namespace

entity_ref directory::user_named(std::string_view id) {
  if (const auto found = users_.find(id)) return *found;
  user u{std::string{id}, made_up_name(id), std::string{id} + "@example.com", {}};
  u.json = "{\"id\":";
  append_quoted(u.json, u.id);
  u.json += ",\"name\":";
  append_quoted(u.json, u.name);
  u.json += ",\"email\":";
  append_quoted(u.json, u.email);
  u.json += ",\"image_url\":null}";
  return users_.add(std::move(u));
}

entity_ref directory::company_named(std::string_view id) {
  if (const auto found = companies_.find(id)) return *found;
  company c{std::string{id}, "Company " + std::string{id}, percent_encode(id) + ".example.com", {}};
  c.json = "{\"id\":";
  append_quoted(c.json, c.id);
  c.json += ",\"name\":";
  append_quoted(c.json, c.name);
  c.json += ",\"logo_url\":null,\"domains\":[";
  append_quoted(c.json, c.domain);
  c.json += "],\"size\":120,\"revenue\":null,\"status_id\":\"status_active\",\"status_name\":\"Active\",";
  c.json +=
      "\"tier_id\":null,\"tier_name\":null,\"owner\":{\"id\":\"usr_1\",\"name\":\"Owner\",\"avatar_url\":"
      "null},";
  c.json += "\"external_ids\":[],\"created_at\":";
  append_json_time(c.json, creation_epoch);
  c.json += ",\"updated_at\":";
  append_json_time(c.json, creation_epoch);
  c.json += '}';
  return companies_.add(std::move(c));
}

entity_ref directory::contact_named(std::string_view id) {
  if (const auto found = contacts_.find(id)) return *found;
  contact c{std::string{id}, made_up_name(id), std::string{id} + "@customer.example.com", {},
            nobody,          creation_epoch};
  render(c);
  return contacts_.add(std::move(c));
}

entity_ref directory::tag_named(std::string_view id) {
  if (const auto found = tags_.find(id)) return *found;
  return add_tag(id, id);
}

entity_ref directory::add_tag(std::string_view id, std::string_view name) {
  if (const auto found = tags_.find(id)) {
    tags_[*found].name = name;
    render(tags_[*found]);
    return *found;
  }
  tag t{std::string{id}, std::string{name}, {}, "tag_group_1", creation_epoch};
  t.created_at += static_cast<time_us>(tags_.size()) * 60 * one_second;
  render(t);
  return tags_.add(std::move(t));
}

void directory::set_employer(entity_ref at, entity_ref company, time_us now) {
  contact& c = contacts_[at];
  c.employer = company;
  c.updated_at = now;
  render(c);
}

void directory::render(contact& c) const {
  c.json = "{\"id\":";
  append_quoted(c.json, c.id);
  c.json += ",\"email\":";
  append_quoted(c.json, c.email);
  c.json += ",\"name\":";
  append_quoted(c.json, c.name);
  c.json += ",\"image_url\":null,\"company_id\":";
  if (c.employer == nobody) {
    c.json += "null";
  } else {
    append_quoted(c.json, companies_[c.employer].id);
  }
  c.json += ",\"is_subscribed\":true,\"external_ids\":{},\"created_at\":";
  append_json_time(c.json, creation_epoch);
  c.json += ",\"updated_at\":";
  append_json_time(c.json, c.updated_at);
  c.json += '}';
}

void directory::render(tag& t) const {
  t.json = "{\"id\":";
  append_quoted(t.json, t.id);
  t.json += ",\"name\":";
  append_quoted(t.json, t.name);
  t.json += ",\"color\":\"#5e6ad2\",\"icon\":null,\"tag_group_id\":";
  append_quoted(t.json, t.group);
  t.json += ",\"created_at\":";
  append_json_time(t.json, t.created_at);
  t.json += ",\"updated_at\":";
  append_json_time(t.json, t.created_at);
  t.json += '}';
}

}  // namespace sandbox
