// Reads what is sold: see product_file.hpp.
#include "services/orders/adapters/product_file.hpp"

#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "core/fields.hpp"

namespace gatehouse::orders {
namespace {

constexpr std::int64_t kStockMax = 1'000'000'000;

Result<Product> product_in(const json::value& value, std::string path) {
  const json::object* object = value.if_object();
  if (object == nullptr) return refuse(ErrorKind::invalid, "invalid_field", path + ": must be an object");
  Fields fields{*object, std::move(path)};
  std::string sku = fields.required_text("sku", {.bytes_max = 64});
  std::string name = fields.required_text("name", {.bytes_max = 200});
  const std::int64_t price = fields.required_int("price", {.min = 1, .max = core::kAmountMax});
  const Result<Currency> currency = Currency::from_code(fields.required_text("currency"));
  const std::int64_t stock = fields.required_int("stock", {.min = 0, .max = kStockMax});
  if (!is_sku(sku)) fields.reject("sku", "must be made of letters, digits and . _ -");
  if (!currency) fields.reject("currency", "must be an ISO 4217 code");
  if (auto complete = fields.finish(); !complete) return fail(complete);
  return Product{std::move(sku), std::move(name), {price, *currency}, {stock, 0, 0}};
}

}  // namespace

Result<std::vector<Product>> products_in(std::string_view text) {
  const Result<json::object> document = core::parse_json_object(text);
  if (!document) return fail(document);
  Fields fields{*document};
  const json::array* list = fields.maybe_array("products");
  if (list == nullptr) fields.reject("products", "is required");
  if (auto complete = fields.finish(); !complete) return fail(complete);
  std::vector<Product> products;
  for (std::size_t i = 0; i < list->size(); ++i) {
    Result<Product> product = product_in(list->at(i), fmt::format("products[{}]", i));
    if (!product) return fail(product);
    products.push_back(std::move(*product));
  }
  return products;
}

Result<std::vector<Product>> read_products(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    return refuse(ErrorKind::invalid, "file_unreadable",
                  fmt::format("products: cannot read {}", file.string()));
  }
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  return products_in(text);
}

}  // namespace gatehouse::orders
