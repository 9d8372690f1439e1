// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/allowedoperators.h"

#include "core/model/scriptsource.h"

#include <unordered_set>

namespace birblens {

namespace {

using Names = std::unordered_set<std::string>;
using torch::jit::Block;
using torch::jit::Node;

/** What the compiler itself makes of source text, and operators on values. */
const Names &allowedPrim()
{
    static const Names names{"Constant",
                             "GetAttr",
                             "SetAttr",
                             "If",
                             "Loop",
                             "ListConstruct",
                             "ListUnpack",
                             "TupleConstruct",
                             "TupleUnpack",
                             "TupleIndex",
                             "TupleSlice",
                             "DictConstruct",
                             "CallFunction",
                             "CallMethod",
                             "CreateObject",
                             "Uninitialized",
                             "unchecked_cast",
                             "isinstance",
                             "RaiseException",
                             "unchecked_unwrap_optional",
                             "Print",
                             "NumToTensor",
                             "dtype",
                             "device",
                             "layout",
                             "requires_grad",
                             "is_cuda",
                             "is_cpu",
                             "is_quantized",
                             "is_sparse",
                             "is_nested",
                             "is_sparse_csr",
                             "is_mps",
                             "is_xla",
                             "is_xpu",
                             "is_mkldnn",
                             "is_meta",
                             "data",
                             "grad",
                             "min",
                             "max",
                             "abs",
                             "rangelist",
                             "tolist",
                             "ConstantChunk",
                             "EnumName",
                             "EnumValue",
                             "StringIndex",
                             "ModuleContainerIndex",
                             "type",
                             "index",
                             "name",
                             "BroadcastSizes",
                             "ReductionSizes",
                             "ChunkSizes",
                             "AutogradZero"};
    return names;
}

/**
 * Of the operators that take text: those that read it as a way of computing (a padding, a norm, an
 * equation), and those on text itself. The name of a file is text, too.
 */
const Names &allowedWithText()
{
    static const Names names{
        // text and dictionaries
        "capitalize", "center", "count", "endswith", "expandtabs", "find", "format", "index",
        "isalnum", "isalpha", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric",
        "isprintable", "isspace", "istitle", "isupper", "join", "ljust", "lower", "lstrip", "ord",
        "partition", "percentFormat", "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit",
        "rstrip", "split", "splitlines", "startswith", "strip", "swapcase", "title", "upper",
        "zfill", "eq", "ne", "lt", "le", "gt", "ge", "add", "mul", "len", "slice", "__contains__",
        "__getitem__", "Int", "Float", "Bool", "list", "Delete", "_set_item", "get", "pop",
        "setdefault", "hash", "append", "remove", "warn", "device", "str", "sort", "copy",
        // ways of computing
        "__interpolate", "__upsample", "_convolution_mode", "conv1d", "conv2d", "conv3d", "div",
        "div_", "divide", "divide_", "einsum", "gelu", "gelu_", "index_reduce", "index_reduce_",
        "scatter", "scatter_", "scatter_reduce", "scatter_reduce_", "linalg_cond", "linalg_eigh",
        "linalg_eigvalsh", "linalg_lstsq", "linalg_matrix_norm", "linalg_norm", "linalg_qr",
        "linalg_svd", "fft_fft", "fft_fft2", "fft_fftn", "fft_ifft", "fft_ifft2", "fft_ifftn",
        "fft_rfft", "fft_rfft2", "fft_rfftn", "fft_irfft", "fft_irfft2", "fft_irfftn", "meshgrid",
        "pad", "quantile", "nanquantile", "searchsorted", "bucketize", "stft"};
    return names;
}

/** Internal operators that networks hold all the same; others of them trust what they are given. */
const Names &allowedInternal()
{
    static const Names names{"_convolution",
                             "_convolution_mode",
                             "_softmax",
                             "_log_softmax",
                             "_adaptive_avg_pool2d",
                             "_adaptive_avg_pool3d",
                             "_native_multi_head_attention",
                             "_transformer_encoder_layer_fwd",
                             "_batch_norm_impl_index",
                             "_set_item",
                             "_shape_as_tensor",
                             "_weight_norm",
                             "_weight_norm_interface",
                             "_scaled_dot_product_attention",
                             "_unique",
                             "_unique2",
                             "_pack_padded_sequence",
                             "_pad_packed_sequence",
                             "_cast_Float",
                             "_cast_Half",
                             "_cast_Double",
                             "_cast_Long",
                             "_cast_Int",
                             "_upsample_bilinear2d_aa",
                             "_upsample_bicubic2d_aa",
                             "_upsample_nearest_exact1d",
                             "_upsample_nearest_exact2d",
                             "_upsample_nearest_exact3d",
                             "_infer_size",
                             "_stack",
                             "_cat",
                             "_to_copy",
                             "_conj",
                             "_neg_view",
                             "_assert_tensor_metadata"};
    return names;
}

/** Threads, devices, memory that is not the network's, tensors that share what is no tensor's. */
const Names &forbiddenAten()
{
    static const Names names{"from_file",
                             "save",
                             "wait",
                             "record_stream",
                             "pin_memory",
                             "is_pinned",
                             "cuda",
                             "set_",
                             "set",
                             "set_data",
                             "get_gradients",
                             "to_here",
                             "confirmed_by_owner",
                             "owner",
                             "owner_name",
                             "is_owner",
                             "local_value",
                             "backward",
                             "grad",
                             "requires_grad_"};
    return names;
}

bool takesText(const Node *node)
{
    const auto *schema = node->maybeSchema();
    if (!schema)
        return false;
    for (const c10::Argument &argument : schema->arguments()) {
        c10::TypePtr type = argument.type();
        if (const auto optional = type->cast<c10::OptionalType>())
            type = optional->getElementType();
        if (const auto list = type->cast<c10::ListType>())
            type = list->getElementType();
        if (type->kind() == c10::TypeKind::StringType)
            return true;
    }
    return false;
}

bool isAllowed(const Node *node)
{
    const std::string space = node->kind().ns().toUnqualString();
    const std::string name = node->kind().toUnqualString();
    if (space == "prim")
        return allowedPrim().count(name) > 0;
    if (space == "quantized" || space == "_quantized")
        return !takesText(node);
    if (space != "aten" || forbiddenAten().count(name))
        return false;
    if (name[0] == '_' && name.compare(0, 2, "__") != 0 && !allowedInternal().count(name))
        return false;
    return !takesText(node) || allowedWithText().count(name) > 0;
}

const Node *forbiddenIn(const Block *block)
{
    for (const Node *node : block->nodes()) {
        if (!isAllowed(node))
            return node;
        for (const Block *inner : node->blocks()) {
            if (const Node *found = forbiddenIn(inner))
                return found;
        }
        // Closures and forks carry a graph of their own; none of the allowed operators does.
        if (node->hasAttribute(c10::attr::Subgraph))
            return node;
    }
    return nullptr;
}

} // namespace

std::optional<std::string> forbiddenIn(const torch::jit::Graph &graph)
{
    const Node *node = forbiddenIn(graph.block());
    if (!node)
        return std::nullopt;
    return std::string(node->kind().toQualString()) + " (" + placeOf(node->sourceRange()) + ")";
}

bool isAllowedClass(const std::string &qualifiedName)
{
    static const Names names{"__torch__.torch.classes.quantized.Conv2dPackedParamsBase",
                             "__torch__.torch.classes.quantized.Conv3dPackedParamsBase",
                             "__torch__.torch.classes.quantized.LinearPackedParamsBase",
                             "__torch__.torch.classes.quantized.EmbeddingPackedParamsBase"};
    return names.count(qualifiedName) > 0;
}

} // namespace birblens
