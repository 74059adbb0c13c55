// The entities that threads refer to: users, companies, contacts, tags. Each keeps its JSON, which is
// rendered again only after a change, so that a reply is a few copies.
#pragma once

#include "tests/sandbox/clock.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace sandbox {

// A position in a catalogue; `nobody` stands for JSON null.
using entity_ref = std::uint32_t;
inline constexpr entity_ref nobody = 0xffffffff;

struct user {
  std::string id, name, email, json;
};
struct company {
  std::string id, name, domain, json;
};
struct contact {
  std::string id, name, email, json;
  entity_ref employer = nobody;  // a position in the catalogue of companies
  time_us updated_at = 0;
};
struct tag {
  std::string id, name, json;
  std::string group;
  time_us created_at = 0;
};

// Entities by id. They are never removed, so references and addresses stay valid.
template <class Entity>
class catalogue {
 public:
  std::size_t size() const { return items_.size(); }
  const Entity& operator[](entity_ref at) const { return items_[at]; }
  Entity& operator[](entity_ref at) { return items_[at]; }

  std::optional<entity_ref> find(std::string_view id) const {
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) return std::nullopt;
    return found->second;
  }

  // `entity.id` must be new.
  entity_ref add(Entity entity) {
    const auto at = static_cast<entity_ref>(items_.size());
    items_.push_back(std::move(entity));
    by_id_.emplace(items_.back().id, at);
    return at;
  }

 private:
  std::deque<Entity> items_;
  std::unordered_map<std::string_view, entity_ref> by_id_;  // keys point into items_
};

// All four catalogues. The `*_named` functions find an entity by its id, or make one with names derived from
// the id.
class directory {
 public:
  entity_ref user_named(std::string_view id);
  entity_ref company_named(std::string_view id);
  entity_ref contact_named(std::string_view id);
  entity_ref tag_named(std::string_view id);
  // Adds a tag with this name; a tag that has this id already is renamed.
  entity_ref add_tag(std::string_view id, std::string_view name);

  void set_employer(entity_ref contact, entity_ref company, time_us now);

  const catalogue<user>& users() const { return users_; }
  const catalogue<company>& companies() const { return companies_; }
  const catalogue<contact>& contacts() const { return contacts_; }
  const catalogue<tag>& tags() const { return tags_; }

 private:
  void render(contact&) const;
  void render(tag&) const;

  catalogue<user> users_;
  catalogue<company> companies_;
  catalogue<contact> contacts_;
  catalogue<tag> tags_;
};

// The creation time of everything that the sandbox made up: 2025-01-01T00:00:00Z.
inline constexpr time_us creation_epoch = 1'735'689'600 * one_second;

}  // namespace sandbox
