// How the resource of a row is found by the value of a field that people know, such as an e-mail address,
// where rows do not name its id. Pure.
#pragma once

#include "engine/api/field_codec.hpp"
#include "engine/api/field_locator.hpp"
#include "engine/api/json_compare.hpp"
#include "engine/api/page_reader.hpp"
#include "engine/api/profile.hpp"
#include "engine/api/reading_spec.hpp"
#include "engine/model/error.hpp"
#include "engine/text/json_locator.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {

// One way of an API: a list that it filters by the field, or a request of its own ([match.FIELD]).
struct match_way {
  std::string field;
  shown_place place;  // in an item of the list, or in the resource
  bool is_number = false;
  bool nocase = false;
  std::string parameter;  // of the list's query; empty: the request has {value}
  match_spec spec;        // with a parameter only its list counts
  json_path root;         // where the resource stands in a reply that is no list
  id_compare ids = id_compare::exact;
};

// The fields by which resources can be found, in the order of the profile's filters and tables.
std::vector<std::string> fields_to_match(const profile&, const reading_spec&);
// The profile's own table goes before a filter. Failure (usage): there is no way; it names the fields for
// which there is one.
expected<match_way> way_to_match(const std::string& field, const profile&, const reading_spec&);

// What a value of a row is as JSON; nullopt: it is not of the field's type, so no resource has it.
std::optional<std::string> as_json(const match_way&, std::string_view value);

// What is asked of the API for one value.
struct match_request {
  bool is_single = false;
  call single{};          // with is_single; else:
  list_spec list{};       // without {value}
  std::string filters{};  // as server_filters() gives them
};
match_request request_for(const match_way&, std::string_view json, std::span<const std::string> asked);

// The resources that really have a value: an API may find more than it was asked for (parts of words, another
// case of letters). Keeps its memory. One thread at a time.
class match_hits {
 public:
  explicit match_hits(const match_way&);  // must outlive it

  void begin(std::string json);
  enum class seen : std::uint8_t {
    fits,
    other,       // it has another value
    no_id,       // it has the value, and shows no id
    unreadable,  // it is no JSON object
  };
  // An item of a page, or the resource; json_padding readable bytes follow it.
  seen see(std::string_view resource);
  // The ids of those that fit, each once, the first two.
  const std::vector<std::string>& ids() const noexcept { return ids_; }

 private:
  const match_way& way_;
  json_parser parser_;
  field_locator at_;  // the field
  item_ids item_ids_;
  json_comparer comparer_;
  std::string json_;
  std::vector<std::string> ids_;
};

}  // namespace pawl::api
