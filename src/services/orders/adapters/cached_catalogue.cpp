// The catalogue behind a cache: see cached_catalogue.hpp. Products are kept as JSON arrays.
#include "services/orders/adapters/cached_catalogue.hpp"

#include "core/fields.hpp"
#include "core/json.hpp"

namespace gatehouse::orders {
namespace {

constexpr std::string_view kAllKey = "products";

std::string key_of(const std::string& sku) {
  return "product:" + sku;
}

json::array packed(const Product& product) {
  return {product.sku,
          product.name,
          product.price.minor,
          product.price.currency.code(),
          product.stock.available,
          product.stock.reserved,
          product.stock.sold};
}

// Nothing of ours looks different: an entry that does is not trusted.
Result<Product> unpacked(const json::value& value) {
  const auto broken = [] { return fail(ErrorKind::internal, "cache_entry_broken"); };
  const json::array* row = value.if_array();
  if (row == nullptr || row->size() != 7 || !row->at(0).is_string() || !row->at(1).is_string() ||
      !row->at(3).is_string()) {
    return broken();
  }
  for (const std::size_t index : {2U, 4U, 5U, 6U}) {
    if (!row->at(index).is_int64()) return broken();
  }
  const Result<Currency> currency = Currency::from_code(row->at(3).get_string());
  if (!currency) return broken();
  return Product{std::string(row->at(0).get_string()),
                 std::string(row->at(1).get_string()),
                 {row->at(2).get_int64(), *currency},
                 {row->at(4).get_int64(), row->at(5).get_int64(), row->at(6).get_int64()}};
}

}  // namespace

Awaitable<Result<cache::Loaded>> CachedCatalogue::load_all() {
  const Result<Shelf> shelf = co_await inner_.all();
  if (!shelf) co_return fail(shelf);
  json::array rows;
  for (const Product& product : shelf->products) rows.push_back(packed(product));
  co_return cache::Loaded{json::serialize(rows), shelf->position};
}

Awaitable<Result<cache::Loaded>> CachedCatalogue::load_one(std::string sku) {
  const Result<ShelfItem> item = co_await inner_.find(std::move(sku));
  if (item) co_return cache::Loaded{json::serialize(packed(item->product)), item->position};
  if (item.error().kind == ErrorKind::not_found) co_return cache::Loaded{};
  co_return fail(item);
}

Awaitable<Result<Shelf>> CachedCatalogue::all() {
  auto load = [this] { return load_all(); };
  const Result<cache::Loaded> loaded = co_await products_.get_or_load(
      std::string(kAllKey), limits_.ttl, std::move(load), Deadline::after(limits_.load_timeout));
  if (!loaded) co_return fail(loaded);
  const Result<json::value> rows = core::parse_json(loaded->value.value_or("[]"));
  if (!rows || !rows->is_array()) co_return fail(ErrorKind::internal, "cache_entry_broken");
  Shelf shelf{.position = loaded->version};
  for (const json::value& row : rows->get_array()) {
    Result<Product> product = unpacked(row);
    if (!product) co_return fail(product);
    shelf.products.push_back(std::move(*product));
  }
  co_return shelf;
}

Awaitable<Result<ShelfItem>> CachedCatalogue::find(std::string sku) {
  std::string key = key_of(sku);
  auto load = [this, sku = std::move(sku)] { return load_one(sku); };
  const Result<cache::Loaded> loaded = co_await products_.get_or_load(
      std::move(key), limits_.ttl, std::move(load), Deadline::after(limits_.load_timeout));
  if (!loaded) co_return fail(loaded);
  if (!loaded->value) co_return refuse(ErrorKind::not_found, "unknown_sku");
  const Result<json::value> row = core::parse_json(*loaded->value);
  if (!row) co_return fail(ErrorKind::internal, "cache_entry_broken");
  Result<Product> product = unpacked(*row);
  if (!product) co_return fail(product);
  co_return ShelfItem{std::move(*product), loaded->version};
}

Awaitable<Result<std::size_t>> CachedCatalogue::seed(std::vector<Product> products) {
  co_return co_await inner_.seed(std::move(products));
}

Awaitable<> CachedCatalogue::hear(OrderEvent event, std::int64_t position) {
  // A failure leaves the entry to its time to live.
  (void)co_await products_.changed(std::string(kAllKey), position);
  for (const std::string& sku : event.skus) (void)co_await products_.changed(key_of(sku), position);
}

}  // namespace gatehouse::orders
