// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/explain/trust.h"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace birblens {

namespace {

/** A frame whose y moves less than this when it is blurred as a whole cannot tell maps apart. */
constexpr double smallProbability = 0.1;
constexpr double smallLogit = 0.5;
constexpr double sameMap = 0.5; ///< rank correlation
/** In cells, a doubling of 0.5: neighbours are alike to 0.999 then. */
constexpr double widestGaussian = 16.0;

QString number(double value)
{
    // No "-0.00".
    return QString::number(std::round(value * 100.0) / 100.0 + 0.0, 'f', 2);
}

/** 1-based; equal values share their mean rank. */
std::vector<double> meanRanks(const std::vector<float> &values)
{
    const std::vector<int> order = descendingOrder(values);
    std::vector<double> ranks(values.size());
    for (size_t first = 0; first < order.size();) {
        size_t last = first;
        while (last + 1 < order.size() && values[static_cast<size_t>(order[last + 1])] ==
                                              values[static_cast<size_t>(order[first])])
            ++last;
        for (size_t i = first; i <= last; ++i)
            ranks[static_cast<size_t>(order[i])] = 0.5 * static_cast<double>(first + last) + 1.0;
        first = last + 1;
    }
    return ranks;
}

QString curveSentence(const TrustCurves &curves, const QString &target)
{
    const auto total = static_cast<int>(curves.random.size());
    const int deletions = curves.slowerDeletions();
    const int insertions = curves.slowerInsertions();
    // 19 of 20.
    const auto clear = [total](int count) { return 20 * count >= 19 * total; };
    const auto counted = [total](int count) {
        return (2 * count > total ? QStringLiteral("%1 of %2") : QStringLiteral("only %1 of %2"))
            .arg(count)
            .arg(total);
    };
    QString verdict;
    if (clear(deletions) && clear(insertions))
        verdict = QStringLiteral("the map marks what the network uses");
    else if (2 * deletions <= total && 2 * insertions <= total)
        verdict = QStringLiteral("no better than chance");
    else if (clear(deletions) || clear(insertions))
        verdict = QStringLiteral("only one of the two is better than chance");
    else
        verdict = QStringLiteral("this may be chance");
    return QStringLiteral("Removing what is bright lowers %1 faster than %2 random regions, and "
                          "showing it first raises it faster than %3: %4.")
        .arg(target, counted(deletions), counted(insertions), verdict);
}

} // namespace

int TrustCurves::slowerDeletions() const
{
    return static_cast<int>(
        std::count_if(random.begin(), random.end(), [this](const TrustCurve &other) {
            return other.deletionArea > shown.deletionArea;
        }));
}

int TrustCurves::slowerInsertions() const
{
    return static_cast<int>(
        std::count_if(random.begin(), random.end(), [this](const TrustCurve &other) {
            return other.insertionArea < shown.insertionArea;
        }));
}

QString trustReading(const TrustReport &report)
{
    if (report.isEmpty())
        return {};
    QStringList sentences{curveSentence(report.curves, report.target)};
    const double whole = report.curves.shown.deletion.value(0);
    const double blurred = report.curves.shown.insertion.value(0);
    if (std::abs(whole - blurred) < (report.yIsProbability ? smallProbability : smallLogit))
        sentences.append(QStringLiteral("These curves say little: with the whole frame blurred, "
                                        "%1 goes from %2 to %3 only.")
                             .arg(report.target, number(whole), number(blurred)));
    if (report.randomisation.isEmpty()) {
        sentences.append(QStringLiteral("The network has no weights that could be shuffled."));
        return sentences.join(QLatin1Char(' '));
    }
    const double last = report.randomisation.last().rankCorrelation;
    const QString by = QStringLiteral("(rank correlation %1 at the end)").arg(number(last));
    if (last > sameMap)
        sentences.append(QStringLiteral("The map stays when the network's weights are shuffled %1: "
                                        "it hardly depends on what the network learned.")
                             .arg(by));
    else if (last < -sameMap)
        sentences.append(QStringLiteral("The map only turns over, bright for dark, when the "
                                        "network's weights are shuffled %1: its shape hardly "
                                        "depends on what the network learned.")
                             .arg(by));
    else
        sentences.append(QStringLiteral("The map changes when the network's weights are shuffled "
                                        "%1: it depends on what was learned.")
                             .arg(by));
    return sentences.join(QLatin1Char(' '));
}

double curveArea(const QList<double> &fractions, const QList<double> &values)
{
    double area = 0.0;
    for (qsizetype i = 1; i < fractions.size(); ++i)
        area += (fractions[i] - fractions[i - 1]) * (values[i] + values[i - 1]) / 2.0;
    return area;
}

std::vector<int> descendingOrder(const std::vector<float> &values)
{
    std::vector<int> order(values.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&values](int a, int b) {
        return values[static_cast<size_t>(a)] > values[static_cast<size_t>(b)];
    });
    return order;
}

double rankCorrelation(const std::vector<float> &a, const std::vector<float> &b)
{
    const std::vector<double> ra = meanRanks(a);
    const std::vector<double> rb = meanRanks(b);
    const double mean = 0.5 * static_cast<double>(a.size() + 1);
    double ab = 0.0;
    double aa = 0.0;
    double bb = 0.0;
    for (size_t i = 0; i < ra.size(); ++i) {
        ab += (ra[i] - mean) * (rb[i] - mean);
        aa += (ra[i] - mean) * (ra[i] - mean);
        bb += (rb[i] - mean) * (rb[i] - mean);
    }
    return aa > 0.0 && bb > 0.0 ? ab / std::sqrt(aa * bb) : 0.0;
}

double neighbourCorrelation(const RawMap &map)
{
    const double count = static_cast<double>(map.values.size());
    const double mean = std::accumulate(map.values.begin(), map.values.end(), 0.0) / count;
    const auto at = [&map, mean](int y, int x) {
        return static_cast<double>(map.values[static_cast<size_t>(y * map.width + x)]) - mean;
    };
    double variance = 0.0;
    double along = 0.0; ///< of cells side by side
    double down = 0.0;  ///< of cells above each other
    for (int y = 0; y < map.height; ++y) {
        for (int x = 0; x < map.width; ++x) {
            variance += at(y, x) * at(y, x);
            along += x > 0 ? at(y, x) * at(y, x - 1) : 0.0;
            down += y > 0 ? at(y, x) * at(y - 1, x) : 0.0;
        }
    }
    variance /= count;
    if (!(variance > 0.0))
        return 0.0;
    double sum = 0.0;
    int directions = 0;
    if (map.width > 1) {
        sum += along / (static_cast<double>(map.height) * (map.width - 1));
        ++directions;
    }
    if (map.height > 1) {
        sum += down / (static_cast<double>(map.width) * (map.height - 1));
        ++directions;
    }
    return directions > 0 ? sum / directions / variance : 0.0;
}

QList<RawMap> randomMapsLike(const RawMap &map, int count, quint64 seed)
{
    // The margin keeps the border like the middle.
    const int margin = static_cast<int>(std::ceil(3.0 * widestGaussian));
    cv::RNG generator(seed);
    std::vector<cv::Mat> noise;
    for (int i = 0; i < count; ++i) {
        noise.emplace_back(map.height + 2 * margin, map.width + 2 * margin, CV_32FC1);
        generator.fill(noise.back(), cv::RNG::NORMAL, 0.0, 1.0);
    }
    const auto smoothed = [&](const cv::Mat &white, double sigma) {
        const int reach = static_cast<int>(std::ceil(3.0 * sigma));
        cv::Mat blurred = white(cv::Rect(margin - reach, margin - reach, map.width + 2 * reach,
                                         map.height + 2 * reach))
                              .clone();
        if (sigma > 0.0)
            cv::GaussianBlur(blurred, blurred, cv::Size(2 * reach + 1, 2 * reach + 1), sigma);
        const cv::Mat cut = blurred(cv::Rect(reach, reach, map.width, map.height)).clone();
        RawMap random;
        random.height = map.height;
        random.width = map.width;
        random.values.assign(cut.begin<float>(), cut.end<float>());
        return random;
    };
    const auto correlation = [&](double sigma) {
        // Some are enough to find the width on large maps.
        const size_t sample =
            map.values.size() > 4096 ? std::min<size_t>(noise.size(), 4) : noise.size();
        double sum = 0.0;
        for (size_t i = 0; i < sample; ++i)
            sum += neighbourCorrelation(smoothed(noise[i], sigma));
        return sum / static_cast<double>(sample);
    };

    const double wanted = neighbourCorrelation(map);
    double low = 0.0;
    double high = 0.5;
    while (high < widestGaussian && correlation(high) < wanted)
        high *= 2.0;
    for (int i = 0; i < 12; ++i) {
        const double middle = 0.5 * (low + high);
        (correlation(middle) < wanted ? low : high) = middle;
    }
    const double sigma = wanted > correlation(0.0) ? high : 0.0;
    QList<RawMap> maps;
    for (const cv::Mat &white : noise)
        maps.append(smoothed(white, sigma));
    return maps;
}

} // namespace birblens
