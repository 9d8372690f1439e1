// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/explain/trustcheck.h"

#include "core/explain/cammethod.h"
#include "core/explain/weightshuffle.h"
#include "core/model/bundle.h"
#include "core/model/preprocess.h"

#include <QElapsedTimer>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace birblens {

namespace {

/** Of the pixels; close together at first because an animal is often a hundredth of the frame. */
constexpr std::array fractions{0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0};
constexpr auto innerFractions = static_cast<int64_t>(fractions.size()) - 2;
constexpr int randomMaps = 20;
constexpr int mostStages = 8;
constexpr int64_t perMap = 2 * innerFractions; ///< forwards: the ends are the same for all maps
constexpr int64_t batchSize = innerFractions;
constexpr quint64 seed = 1806'07421;
/** Of all the work, for the progress: the shuffled maps take about as long as this many batches. */
constexpr double stageCost = 2.0;

at::Tensor blurredCopy(const at::Tensor &x)
{
    at::Tensor result = x.clone().contiguous();
    const auto height = static_cast<int>(x.size(2));
    const auto width = static_cast<int>(x.size(3));
    const double sigma = std::min(height, width) / 8.0;
    for (int64_t channel = 0; channel < x.size(1); ++channel) {
        cv::Mat plane(height, width, CV_32FC1, result[0][channel].data_ptr<float>());
        cv::Mat blurred;
        cv::GaussianBlur(plane, blurred, cv::Size(), sigma, sigma, cv::BORDER_REFLECT_101);
        blurred.copyTo(plane);
    }
    return result;
}

/** Place of every pixel of the input in the order of the map: 0 is the brightest. H x W. */
at::Tensor pixelRanks(const RawMap &map, int64_t height, int64_t width)
{
    const at::Tensor grid = at::tensor(map.values).view({1, 1, map.height, map.width});
    const at::Tensor stretched =
        at::upsample_bilinear2d(grid, {height, width}, /*align_corners=*/false).contiguous();
    const float *first = stretched.data_ptr<float>();
    const std::vector<int> order =
        descendingOrder(std::vector<float>(first, first + stretched.numel()));
    at::Tensor ranks = at::empty({height, width}, at::kLong);
    auto *to = ranks.data_ptr<int64_t>();
    for (size_t place = 0; place < order.size(); ++place)
        to[order[place]] = static_cast<int64_t>(place);
    return ranks;
}

Error cancelledError()
{
    return {QStringLiteral("Cancelled"), {}, {}};
}

} // namespace

struct TrustCheck::Private
{
    void begin(Network &network);
    void forwards(Network &network);
    double valueOf(const ModelInfo &info, const at::Tensor &logits) const;
    Result<RawMap> stageMap(const Report &cancel);
    Result<void> stage(const Report &cancel);

    QImage frame;
    ClassMap map;
    TrustReport report;
    bool begun = false;

    // On the CPU, whatever the network's device.
    at::Tensor x;
    at::Tensor blurred;
    at::Tensor direction;     ///< float
    std::vector<RawMap> maps; ///< the shown one, then the random ones
    QList<TrustCurve> curves; ///< of maps, filled in order
    at::Tensor ranks;         ///< of the map that is worked on
    size_t current = 0;       ///< which one that is
    int64_t done = 0;         ///< of its forwards
    double whole = 0.0;       ///< value of the frame
    double nothing = 0.0;     ///< value of the blurred frame

    std::unique_ptr<TappedNetwork> copy;
    std::vector<ShuffleStage> stages;
    size_t stagesDone = 0;
    bool copied = false;
};

TrustCheck::TrustCheck(const QImage &frame, const ClassMap &map)
    : d(std::make_unique<Private>())
{
    d->frame = frame;
    d->map = map;
}

TrustCheck::~TrustCheck() = default;

const TrustReport &TrustCheck::report() const
{
    return d->report;
}

double TrustCheck::share() const
{
    const double forwards = perMap * (randomMaps + 1);
    const double stages =
        stageCost * batchSize * (d->copied ? static_cast<double>(d->stages.size()) : mostStages);
    double share = static_cast<double>(d->current) * perMap + static_cast<double>(d->done);
    share += stageCost * batchSize * static_cast<double>(d->stagesDone);
    return d->copied && d->stagesDone == d->stages.size() ? 1.0 : share / (forwards + stages);
}

void TrustCheck::Private::begin(Network &network)
{
    const ModelInfo &info = network.info();
    x = preprocess(frame, info.input);
    blurred = blurredCopy(x);
    const at::Tensor ends =
        network.tapped().logits(at::cat({x, blurred})).to(at::kCPU, at::kFloat).contiguous();
    const float *first = ends.data_ptr<float>();
    const Prediction prediction = predict(info, QList<float>(first, first + ends.size(1)));
    const QList<float> factors = targetDirection(map.target, prediction);
    direction = at::tensor(std::vector<float>(factors.begin(), factors.end()));
    whole = valueOf(info, ends[0]);
    nothing = valueOf(info, ends[1]);

    report.map = map;
    report.target = targetName(info, map.target);
    report.yIsProbability = map.target.kind == TargetKind::Class;
    report.curves.fractions = QList<double>(fractions.begin(), fractions.end());
    maps.push_back(map.map);
    for (const RawMap &random : randomMapsLike(map.map, randomMaps, seed))
        maps.push_back(random);
    curves.resize(static_cast<qsizetype>(maps.size()));
    begun = true;
}

double TrustCheck::Private::valueOf(const ModelInfo &info, const at::Tensor &logits) const
{
    if (map.target.kind != TargetKind::Class)
        return logits.dot(direction).item<double>();
    const float *first = logits.data_ptr<float>();
    return predict(info, QList<float>(first, first + logits.numel()))
        .probabilities.value(map.target.classIndex);
}

/** The inner fractions of deletion, then those of insertion. */
void TrustCheck::Private::forwards(Network &network)
{
    torch::NoGradGuard noGrad;
    TrustCurve &curve = curves[static_cast<qsizetype>(current)];
    if (done == 0) {
        ranks = pixelRanks(maps[current], x.size(2), x.size(3));
        curve.deletion = {whole};
        curve.insertion = {nothing};
    }
    const int64_t now = std::min(batchSize, perMap - done);
    const auto isDeletion = [](int64_t forward) { return forward < innerFractions; };
    std::vector<at::Tensor> images;
    for (int64_t i = done; i < done + now; ++i) {
        const double fraction = fractions[static_cast<size_t>(i % innerFractions) + 1];
        const int64_t count = std::llround(fraction * static_cast<double>(ranks.numel()));
        const at::Tensor changed = ranks < count;
        images.push_back(isDeletion(i) ? at::where(changed, blurred, x)
                                       : at::where(changed, x, blurred));
    }
    const at::Tensor logits =
        network.tapped().logits(at::cat(images)).to(at::kCPU, at::kFloat).contiguous();
    for (int64_t i = 0; i < now; ++i)
        (isDeletion(done + i) ? curve.deletion : curve.insertion)
            .append(valueOf(network.info(), logits[i]));
    done += now;
    if (done < perMap)
        return;
    curve.deletion.append(nothing);
    curve.insertion.append(whole);
    curve.deletionArea = curveArea(report.curves.fractions, curve.deletion);
    curve.insertionArea = curveArea(report.curves.fractions, curve.insertion);
    ++current;
    done = 0;
    if (current == maps.size()) {
        report.curves.shown = curves.first();
        report.curves.random = curves.mid(1);
    }
}

/** The map of the shuffled network; an error when cancelled. */
Result<RawMap> TrustCheck::Private::stageMap(const Report &cancel)
{
    const CamMethod &method = *methodNamed(map.method);
    int layer = copy->layers().isEmpty() ? -1 : 0;
    for (const LayerInfo &known : copy->layers())
        layer = known.name == map.layer ? known.index : layer;
    const Recording recording = copy->record(x);
    const at::Tensor target = direction.to(recording.logits.options());
    at::Tensor values;
    if (method.fromGradient) {
        const Sensitivity s = copy->sensitivity(recording, layer, target);
        torch::NoGradGuard noGrad;
        values = method.fromGradient(s.activation, s.gradient);
    } else {
        values = method.fromNetwork({*copy, recording, layer, target, cancel});
        if (!values.defined())
            return cancelledError();
    }
    // Shuffled weights may overflow: what has no value has no place in the order either.
    return toRawMap(values.nan_to_num(0.0, 0.0, 0.0));
}

Result<void> TrustCheck::Private::stage(const Report &cancel)
{
    const ShuffleStage &stage = stages[stagesDone];
    for (const Weight &weight : stage.weights)
        copy->setWeight(weight, shuffled(weight.tensor, seed + weight.place));
    // How long a method takes inside is not told: the share counts stages.
    const Result<RawMap> raw = stageMap({cancel.cancelled, {}});
    if (!raw)
        return raw.error();
    report.randomisation.append({stage.upTo, *raw, rankCorrelation(map.map.values, raw->values)});
    ++stagesDone;
    return {};
}

Result<bool> TrustCheck::advance(Network &network, const Report &report)
{
    if (report.isCancelled())
        return cancelledError();
    const RawMap &map = d->map.map;
    const bool finite = std::all_of(map.values.begin(), map.values.end(),
                                    [](float value) { return std::isfinite(value); });
    if (map.isEmpty() || !finite || !(map.max() > map.min()))
        return Error{QStringLiteral("The map of layer %1 has the same value everywhere, so it has "
                                    "no order that could be checked")
                         .arg(d->map.layer),
                     network.info().path, QStringLiteral("Choose another layer or method")};
    if (!methodNamed(d->map.method))
        return Error{QStringLiteral("There is no method \"%1\"").arg(d->map.method),
                     network.info().path,
                     {}};
    QElapsedTimer timer;
    timer.start();
    try {
        if (!d->begun) {
            d->begin(network);
        } else if (d->current < d->maps.size()) {
            d->forwards(network);
        } else if (!d->copied) {
            d->copy = network.tapped().unpacked(network.info().input);
            d->stages = shuffleStages(d->copy->weights(), mostStages);
            d->copied = true;
        } else if (const Result<void> done = d->stage(report); !done) {
            return done.error();
        }
    } catch (const std::exception &error) {
        return Error{
            QStringLiteral("The network failed during the check (%1)").arg(firstLine(error)),
            network.info().path,
            {}};
    }
    d->report.milliseconds += static_cast<double>(timer.nsecsElapsed()) / 1e6;
    const bool more = !d->copied || d->stagesDone < d->stages.size();
    if (!more)
        d->copy.reset();
    report.tell(share());
    return more;
}

Result<TrustReport> checkTrust(Network &network, const QImage &frame, const ClassMap &map,
                               const Report &report)
{
    TrustCheck check(frame, map);
    while (true) {
        const Result<bool> more = check.advance(network, report);
        if (!more)
            return more.error();
        if (!*more)
            return check.report();
    }
}

} // namespace birblens
