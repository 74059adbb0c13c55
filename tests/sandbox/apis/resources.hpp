// The resources of an API other than Productlane: an object of JSON for each id, and what happened to it.
#pragma once

#include "tests/sandbox/request.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace sandbox {

struct resource : traffic {
  std::string id;
  std::uint64_t number = 0;    // 1, 2, ... in the order of add()
  boost::json::object fields;  // as the vendor keeps them; what a reply adds is made when it is shown
  time_us created_at = 0, updated_at = 0;
  std::uint64_t version = 1;  // raised by every change

  // What has become of it. At most one of the first three.
  int gone = 0;             // the status that tells it: 404, 410, 403; 0: it is there
  std::string moved_to;     // it is found under this id
  std::string merged_into;  // it is one with the resource of this id
  bool locked = false;      // for a while nobody may write it

  std::uint64_t applied = 0;     // writes of clients that were accepted
  std::uint64_t changed = 0;     // of them, those after which something was different
  std::uint64_t hand_edits = 0;  // by people, behind the API's back
  // Values that a person wrote and a client then replaced, although no reply had shown them to any client.
  std::uint64_t overwritten_unseen = 0;
  std::uint64_t shown = 0;                       // the newest version that a reply has shown
  std::map<std::string, std::uint64_t> by_hand;  // place -> version in which a person wrote it
  std::deque<std::string> bodies;                // the last accepted ones, oldest first
};

// One thread (of execution) at a time.
class resource_store {
 public:
  explicit resource_store(std::size_t kept_bodies) : kept_bodies_(kept_bodies) {}

  // Null if the id exists.
  resource* add(std::string_view id);
  resource* find(std::string_view id);
  const resource* find(std::string_view id) const;
  const std::deque<resource>& all() const { return all_; }

  // Puts `next` in place of the fields. `body` is kept for the truth. Times move only if something changed.
  void apply(resource&, boost::json::object next, std::string_view body, time_us now);
  // The same by a person.
  void edit(resource&, boost::json::object next, time_us now);

  // Appends `"id":{...}`.
  static void append_truth(std::string& out, const resource&);

 private:
  static bool change(resource&, boost::json::object next, time_us now);

  std::size_t kept_bodies_;
  std::deque<resource> all_;
  std::unordered_map<std::string_view, std::uint32_t> by_id_;  // keys point into all_
};

// Puts the members of `changes` into `into`; objects are put into objects, member by member, and null stays.
void merge(boost::json::object& into, const boost::json::object& changes);

}  // namespace sandbox
