#include "benchmarks/api/raw_simdjson.hpp"

#include <simdjson.h>

namespace pawl::bench {
namespace {

namespace ondemand = simdjson::ondemand;

bool is_done(ondemand::value value) {
  std::string_view text;
  return !value.get_string().get(text) && text == "done";
}
bool is_sam(ondemand::value value) {
  std::string_view text;
  return !value["id"].get_string().get(text) && text == "usr_01HZV1A2B3C4D5E6F7G8H9J0K1";
}
bool are_both(ondemand::value value) {
  ondemand::array tags;
  if (value.get_array().get(tags)) return false;
  int wanted = 0;
  for (auto tag : tags) {
    std::string_view id;
    if (tag["id"].get_string().get(id)) return false;
    wanted += id == "tag_csv" || id == "tag_export" ? 1 : 100;
  }
  return wanted == 2;
}

}  // namespace

struct raw_simdjson::impl {
  ondemand::parser parser;
};

raw_simdjson::raw_simdjson() : impl_(std::make_unique<impl>()) {}
raw_simdjson::~raw_simdjson() = default;

bool raw_simdjson::look_up(std::string_view body) {
  ondemand::document document;
  if (impl_->parser.iterate(body.data(), body.size(), body.size() + simdjson::SIMDJSON_PADDING).get(document))
    return false;
  ondemand::value status, assignee, tags;
  // In the order of the document, which is the cheapest.
  return !document["status"].get(status) && is_done(status) && !document["assignee"].get(assignee) &&
         is_sam(assignee) && !document["tags"].get(tags) && are_both(tags);
}

bool raw_simdjson::walk_all(std::string_view body) {
  ondemand::document document;
  ondemand::object root;
  if (impl_->parser.iterate(body.data(), body.size(), body.size() + simdjson::SIMDJSON_PADDING)
          .get(document) ||
      document.get_object().get(root))
    return false;
  int wanted = 0;
  for (auto field : root) {
    ondemand::raw_json_string key;
    ondemand::value value;
    if (field.key().get(key)) return false;
    if (key == "status")
      wanted += !field.value().get(value) && is_done(value) ? 1 : 0;
    else if (key == "assignee")
      wanted += !field.value().get(value) && is_sam(value) ? 1 : 0;
    else if (key == "tags")
      wanted += !field.value().get(value) && are_both(value) ? 1 : 0;
  }
  return wanted == 3;
}

}  // namespace pawl::bench
