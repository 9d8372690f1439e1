// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/explain/rawmap.h"

#include <QList>
#include <QMetaType>
#include <QString>

#include <vector>

namespace birblens {

/**
 * What the network says while the frame is changed pixel by pixel in the order of a map. Values are
 * those of TrustReport::yIsProbability; one per fraction.
 */
struct TrustCurve
{
    QList<double> deletion;     ///< frame -> blurred frame: a good map falls at once
    QList<double> insertion;    ///< blurred frame -> frame: a good map rises at once
    double deletionArea = 0.0;  ///< under the curve over 0..1; smaller is better
    double insertionArea = 0.0; ///< larger is better
};

/** Deletion and insertion of the map and of random maps. Petsiuk et al. 2018, arXiv:1806.07421. */
struct TrustCurves
{
    QList<double> fractions; ///< of the pixels, 0 to 1, closer together at 0
    TrustCurve shown;
    QList<TrustCurve> random; ///< of randomMapsLike()

    /** How many random maps have a larger deletion area: these lower the class more slowly. */
    int slowerDeletions() const;
    /** How many random maps have a smaller insertion area. */
    int slowerInsertions() const;
};

/**
 * The map after the weights from the logits down to and including one module have been shuffled.
 * Cascading randomisation of Adebayo et al. 2018, arXiv:1810.03292, section 3.
 */
struct RandomisationStep
{
    QString upTo; ///< module: "layer4"
    RawMap map;   ///< by the same method at the same layer
    /** With the map of the network as it is, -1..1; 0 when one of the maps is constant. */
    double rankCorrelation = 0.0;
};

/** Whether a map can be trusted, with what was asked. A value. */
struct TrustReport
{
    ClassMap map;               ///< the map that was checked
    QString target;             ///< targetName() of it
    bool yIsProbability = true; ///< for TargetKind::Class; else the target's sum of logits
    TrustCurves curves;
    QList<RandomisationStep> randomisation; ///< empty: the network has no weights to shuffle
    double milliseconds = 0.0;

    bool isEmpty() const { return curves.random.isEmpty(); }
};

/**
 * The result in two or three plain sentences. At least 19 of 20 random maps must be slower for the
 * map to count as better than chance (about p = 0.1), and a rank correlation beyond 0.5, of either
 * sign, counts as a map that stays.
 */
QString trustReading(const TrustReport &report);

/** By the trapezoid rule. Both lists of one length, at least 2, fractions from 0 to 1. */
double curveArea(const QList<double> &fractions, const QList<double> &values);

/** Indices from the largest value to the smallest; equal values keep their order. */
std::vector<int> descendingOrder(const std::vector<float> &values);

/** Spearman's rank correlation; equal values share their mean rank. 0 when one side is constant. */
double rankCorrelation(const std::vector<float> &a, const std::vector<float> &b);

/**
 * How alike neighbouring cells are: the autocorrelation at one cell, mean of both directions. 0
 * for white noise, towards 1 for smooth maps; 0 for a constant map.
 */
double neighbourCorrelation(const RawMap &map);

/**
 * Random maps of the same size and smoothness as @p map: white noise under a Gaussian whose width
 * is chosen so that their mean neighbourCorrelation() is the map's, as near as a Gaussian of up to
 * 16 cells comes. The same @p seed gives the same maps.
 */
QList<RawMap> randomMapsLike(const RawMap &map, int count, quint64 seed);

} // namespace birblens

Q_DECLARE_METATYPE(birblens::TrustReport)
