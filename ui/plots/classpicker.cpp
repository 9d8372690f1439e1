// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/plots/classpicker.h"

#include "ui/theme.h"

#include <QSignalBlocker>

#include <algorithm>

namespace birblens {

ClassPicker::ClassPicker(const QString &all, QWidget *parent)
    : QComboBox(parent)
    , m_all(all)
{
    setAccessibleName(tr("Class"));
    setToolTip(tr("The class that the plot is about"));
    setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    setMinimumContentsLength(12);
    setMaxVisibleItems(20);
}

void ClassPicker::setClasses(const QStringList &names)
{
    if (names == m_names && count() > 0)
        return;
    const QString chosen = currentText();
    const QSignalBlocker blocker(this);
    m_names = names;
    clear();
    if (!m_all.isEmpty())
        addItem(m_all);
    for (int i = 0; i < names.size(); ++i) {
        QPixmap swatch(12, 12);
        swatch.fill(classColor(i));
        addItem(QIcon(swatch), names.at(i));
    }
    setCurrentIndex(std::max(0, findText(chosen)));
}

int ClassPicker::classIndex() const
{
    return currentIndex() - (m_all.isEmpty() ? 0 : 1);
}

} // namespace birblens
